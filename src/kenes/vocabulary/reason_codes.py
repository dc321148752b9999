"""The codes of reasons: each declared once, with the English message that translators see and the kind of each value.

To add one, declare it in the function of its subject; `make words` brings it to the translators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a value of a reason is, and so how it is written."""

    NUMBER = "number"
    AMOUNT = "amount"
    """A number in the unit that the value `unit` names."""
    COUNT = "count"
    SHARE = "share"
    """In [0, 1]; written as per cent."""
    YEAR = "year"
    MONTH = "month"
    DATE = "date"
    TEXT = "text"
    """As received; never translated."""
    TEXTS = "texts"
    UNIT = "unit"
    LOCATOR = "locator"
    PLACE = "place"
    PLACES = "places"
    INDICATOR = "indicator"
    INDICATORS = "indicators"
    VARIABLE = "variable"
    SOURCE = "source"
    NODE = "node"
    PRACTICE = "practice"
    """A practice by its id."""
    METRIC = "metric"
    """What a practice's effect was measured on, by the practice's id."""
    DESIGN = "design"
    """The design of a study."""
    QUALITY = "quality"
    RULES = "rules"
    LEVEL = "level"
    STRENGTH = "strength"
    PLACE_KINDS = "place_kinds"


@dataclass(frozen=True, slots=True)
class Declared:
    """A code as declared: its English message, its plural where one of its counts asks for it, its values.

    Args:
        message: with `%(name)s` for each value that is said.
        plural: for more than one of `counted`; empty where the message does not change.
        counted: name of the value that chooses the plural.
        kinds: kind of each value by name.
    """

    message: str
    kinds: Mapping[str, Kind]
    plural: str = ""
    counted: str = ""


DECLARED: dict[str, Declared] = {}
"""Every code by name; filled by the declarations of this package."""


def _said(code: str, message: str, **kinds: Kind) -> None:
    DECLARED[code] = Declared(message, MappingProxyType(kinds))


def _counted(code: str, singular: str, plural: str, counted: str, **kinds: Kind) -> None:
    DECLARED[code] = Declared(singular, MappingProxyType(kinds), plural, counted)


def _declare_quality() -> None:
    """What the rules of quality say of data."""
    number, amount, count, year, unit = Kind.NUMBER, Kind.AMOUNT, Kind.COUNT, Kind.YEAR, Kind.UNIT
    peers = {"value": amount, "unit": unit, "year": year, "z": number, "median": number, "peers": count}
    slip = {"value": amount, "unit": unit, "ratio": number, "factor": number}
    _said(
        "out_of_range_low",
        "Value %(value)s lies below the least plausible value %(limit)s.",
        value=amount,
        unit=unit,
        limit=number,
    )
    _said(
        "out_of_range_high",
        "Value %(value)s lies above the greatest plausible value %(limit)s.",
        value=amount,
        unit=unit,
        limit=number,
    )
    _said("sentinel_code", "Value %(value)s is a code for a missing value, not a measurement.", value=number)
    _counted(
        "sentinel_extreme",
        "The extreme %(value)s stands %(count)s time and the next value is %(next)s, so it is a limit of the device "
        "or a code.",
        "The extreme %(value)s stands %(count)s times and the next value is %(next)s, so it is a limit of the device "
        "or a code.",
        "count",
        value=number,
        count=count,
        next=number,
    )
    _counted(
        "stuck",
        "The value %(value)s stands %(count)s time in a row, %(limit)s or more are implausible.",
        "The value %(value)s stands %(count)s times in a row, %(limit)s or more are implausible.",
        "count",
        value=amount,
        unit=unit,
        count=count,
        limit=count,
    )
    _counted(
        "dead_zero",
        "The sensor gives %(count)s zero in a row.",
        "The sensor gives %(count)s zeros in a row.",
        "count",
        count=count,
    )
    _counted(
        "dead_constant",
        "The only value of %(year)s is %(value)s.",
        "All %(count)s values of %(year)s are %(value)s.",
        "count",
        count=count,
        year=year,
        value=amount,
        unit=unit,
    )
    _said(
        "spike",
        "Value %(value)s is %(factor)s times the greatest of its neighbours, %(neighbour)s.",
        value=amount,
        unit=unit,
        factor=number,
        neighbour=number,
    )
    _said(
        "low_mean",
        "The annual mean %(value)s from %(count)s values lies %(z)s robust standard deviations below the median "
        "%(median)s of %(peers)s peers in %(year)s.",
        count=count,
        **peers,
    )
    _said(
        "low_spread",
        "The values of %(year)s spread by only %(value)s of their mean, %(z)s robust standard deviations below the "
        "median %(median)s of %(peers)s peers.",
        value=number,
        year=year,
        z=number,
        median=number,
        peers=count,
    )
    _said(
        "low_value",
        "The value %(value)s of %(year)s lies %(z)s robust standard deviations below the median %(median)s of "
        "%(peers)s peers.",
        **peers,
    )
    _said(
        "low_steady",
        "The value %(value)s of %(year)s lies %(z)s robust standard deviations below the median %(median)s of "
        "%(peers)s peers, as in %(years)s years, so it is taken as a trait of the place.",
        years=count,
        **peers,
    )
    _said(
        "step",
        "The value went from %(before)s in %(from_year)s to %(value)s in %(year)s, %(factor)s times, while the median "
        "of %(peers)s peers went %(usual)s times; that is %(z)s robust standard deviations apart.",
        before=number,
        from_year=year,
        value=amount,
        unit=unit,
        year=year,
        factor=number,
        usual=number,
        peers=count,
        z=number,
    )
    _said(
        "slip_peers",
        "The value %(value)s of %(year)s is %(ratio)s times the median %(median)s of %(peers)s peers, close to a "
        "factor of %(factor)s, as if taken in another unit.",
        year=year,
        median=number,
        peers=count,
        **slip,
    )
    _said(
        "slip_own",
        "The value %(value)s of %(year)s is %(ratio)s times the %(before)s of %(from_year)s, close to a factor of "
        "%(factor)s, as if taken in another unit.",
        year=year,
        before=number,
        from_year=year,
        **slip,
    )
    _said(
        "slip_segment",
        "From here %(count)s values have a median of %(value)s, %(ratio)s times the %(median)s of the rest, close to a "
        "factor of %(factor)s, as if taken in another unit.",
        count=count,
        median=number,
        **slip,
    )
    _said(
        "conflict_sources",
        "%(source)s gives %(value)s for %(year)s, %(other)s gives %(other_value)s: they differ by %(share)s, more than "
        "%(limit)s.",
        source=Kind.SOURCE,
        value=amount,
        unit=unit,
        year=year,
        other=Kind.SOURCE,
        other_value=number,
        share=Kind.SHARE,
        limit=Kind.SHARE,
    )
    _said("conflict_cell", "%(cell)s gives another value.", cell=Kind.LOCATOR)
    _said(
        "conflict_copy",
        "%(count)s of %(total)s values of %(year)s equal those of %(place)s %(site)s at the same time, so one of the "
        "two series is a copy.",
        count=count,
        total=count,
        year=year,
        place=Kind.PLACE,
        site=Kind.TEXT,
    )
    _said(
        "conflict_copy_within",
        "%(count)s of %(total)s values of %(year)s equal those of another series of the same place at the same time "
        "(%(series)s), so one of the two is a copy.",
        count=count,
        total=count,
        year=year,
        series=Kind.TEXT,
    )
    _said(
        "sum_above",
        "The %(count)s parts add up to %(sum)s in %(year)s, more than the whole of %(value)s.",
        count=count,
        sum=amount,
        unit=unit,
        year=year,
        value=number,
    )
    _said(
        "sum_below",
        "All %(count)s parts add up to %(sum)s in %(year)s, less than the whole of %(value)s.",
        count=count,
        sum=amount,
        unit=unit,
        year=year,
        value=number,
    )
    _said(
        "boundary_change",
        "The territory changed on %(date)s, so %(year)s cannot be compared with %(from_year)s.",
        date=Kind.DATE,
        year=year,
        from_year=year,
    )
    _counted(
        "time_shift",
        "With the clock moved by %(hours)s hour the series of %(month)s agrees with %(peers)s peers at a correlation "
        "of %(after)s instead of %(before)s.",
        "With the clock moved by %(hours)s hours the series of %(month)s agrees with %(peers)s peers at a correlation "
        "of %(after)s instead of %(before)s.",
        "hours",
        hours=count,
        month=Kind.MONTH,
        peers=count,
        after=number,
        before=number,
    )


def _declare_measuring() -> None:
    """Why there is no measurement, and why a place is not ranked."""
    _said("coverage_short", "Coverage %(share)s is below %(least)s.", share=Kind.SHARE, least=Kind.SHARE)
    _said("not_known", "No value for %(year)s: %(variable)s.", variable=Kind.VARIABLE, year=Kind.YEAR)
    _said("division_by_zero", "Division by zero.")
    _said("said_earlier", "An earlier version of Keneş said: %(text)s", text=Kind.TEXT)
    _said("no_value", "No value.")
    _said("no_data", "No data.")
    _said("coverage", "Too little of the index has data for this place.")
    _said("judged", "Judged as %(quality)s: %(rules)s.", quality=Kind.QUALITY, rules=Kind.RULES)
    _said("required", "Not ranked without a usable number in: %(node)s.", node=Kind.NODE)
    _counted(
        "coverage_missing",
        "Of %(all)s indicators %(missing)s is missing or not usable.",
        "Of %(all)s indicators %(missing)s are missing or not usable.",
        "missing",
        missing=Kind.COUNT,
        all=Kind.COUNT,
    )
    _said("in_no_profile", "No index compares this place.")
    _said(
        "not_ranked_bring",
        "Without a rank there is no advice; these data would count most: %(indicators)s.",
        indicators=Kind.INDICATORS,
    )


def _declare_advice() -> None:
    """Gaps, practices and needs."""
    number, amount, unit, count = Kind.NUMBER, Kind.AMOUNT, Kind.UNIT, Kind.COUNT
    study = {"design": Kind.DESIGN, "metric": Kind.METRIC}
    _said(
        "gap",
        "The value %(value)s stands against a median of %(median)s of %(peers)s peers, %(gap)s points behind.",
        value=amount,
        unit=unit,
        median=number,
        peers=count,
        gap=number,
    )
    _said("no_practice", "The catalogue holds no practice that is known to move this indicator.")
    _counted(
        "none_advised",
        "The one practice tied to this indicator has no measured effect.",
        "None of the %(count)s practices tied to this indicator has a measured effect.",
        "count",
        count=count,
    )
    _said("no_practice_fits", "No practice with measured evidence fits a gap of this place.")
    _said(
        "unmeasured",
        "Not recommended yet: the evidence (%(design)s) is not a measured effect.",
        design=Kind.DESIGN,
    )
    _said(
        "no_number",
        "Not recommended yet: the evidence (%(design)s) gives no effect in numbers.",
        design=Kind.DESIGN,
    )
    _said(
        "evidence_range",
        "Evidence (%(design)s): %(low)s to %(high)s on %(metric)s.",
        low=number,
        high=amount,
        unit=unit,
        **study,
    )
    _said(
        "evidence_point",
        "Evidence (%(design)s): %(high)s on %(metric)s, without a range.",
        high=amount,
        unit=unit,
        **study,
    )
    _said(
        "evidence_words",
        "Evidence (%(design)s): an effect on %(metric)s without a pooled number.",
        **study,
    )
    _said(
        "applied",
        "On the present %(value)s that would be a change of %(low)s to %(high)s.",
        value=amount,
        unit=unit,
        low=number,
        high=number,
    )
    _said("from_nothing", "The range starts at no effect, since the source gives a single number.")
    _said("indirect", "No effect on this indicator is computed, since something else was measured.")
    _said(
        "confidence",
        "Confidence is %(level)s: the study design is %(strength)s.",
        level=Kind.LEVEL,
        strength=Kind.STRENGTH,
    )
    _said(
        "lowered_source",
        "It is no higher since the collection rates this evidence as %(level)s.",
        level=Kind.LEVEL,
    )
    _said("lowered_site", "It is no higher since the address leads to a site and not to the item.")
    _said("lowered_indirect", "It is one level lower since what was measured is not this indicator.")
    _said(
        "need",
        "It carries %(weight)s of the weight, and %(coverage)s is present.",
        weight=Kind.SHARE,
        coverage=Kind.SHARE,
    )


def _declare_reading() -> None:
    """Why a cell of a source file is refused. What stands in quotes was received so."""
    text, texts, count, year = Kind.TEXT, Kind.TEXTS, Kind.COUNT, Kind.YEAR
    _said("no_place", "The row names no place.")
    _said(
        "place_unknown",
        "'%(text)s' fits no place. Add it to places/places.csv; `kenes export places --out places.csv` lists those "
        "there are.",
        text=text,
    )
    _said("place_unknown_near", "'%(text)s' fits no place; near it are %(near)s.", text=text, near=texts)
    _counted(
        "place_ambiguous",
        "'%(text)s' fits %(count)s place: %(places)s. Name one by its id.",
        "'%(text)s' fits %(count)s places: %(places)s. Name one by its id.",
        "count",
        text=text,
        count=count,
        places=texts,
    )
    _said("alias_unknown", "The alias '%(text)s' leads to '%(place)s', which is no known place.", text=text, place=text)
    _said("no_time", "The row names no time.")
    _said("time_unread", "'%(text)s' is no year, month, day or time, such as 2024, 2024-05 or 2024-05-17.", text=text)
    _said("time_other_form", "'%(text)s' is no time of the form %(form)s.", text=text, form=text)
    _said("time_inside_year", "'%(text)s' is a time within a year, where whole years were expected.", text=text)
    _said("time_inside_month", "'%(text)s' is a time within a month, where whole months were expected.", text=text)
    _said("time_inside_day", "'%(text)s' is a time within a day, where whole days were expected.", text=text)
    _said(
        "year_implausible",
        "The year %(year)s does not lie between %(first)s and %(last)s.",
        year=year,
        first=year,
        last=year,
    )
    _said("hour_skipped", "'%(text)s' never happened in %(zone)s: clocks went forward.", text=text, zone=text)
    _said("unit_undeclared", "The mapping does not declare the unit '%(unit)s'.", unit=text)
    _said("unit_unfit", "'%(unit)s' is not a unit like %(wanted)s.", unit=text, wanted=Kind.UNIT)
    _said("flag_undeclared", "The mapping does not declare the flag '%(flag)s'.", flag=text)
    _said("no_number", "The cell holds no number.")
    _said("number_point", "The cell holds a point, but the decimal mark is '%(mark)s'.", mark=text)
    _said("number_comma", "The cell holds a comma, but the mapping declares none.")
    _said("number_too_large", "The number is too large.")
    _said("duplicate_cell", "%(cell)s says the same already.", cell=Kind.LOCATOR)
    _counted(
        "record_cells",
        "The record has %(count)s cell where %(expected)s were expected.",
        "The record has %(count)s cells where %(expected)s were expected.",
        "count",
        count=count,
        expected=count,
    )


_declare_quality()
_declare_measuring()
_declare_advice()
_declare_reading()
