"""The codes of reasons: each declared once, with the English message that translators see and the kind of each value.

To add one, declare it under the heading of its subject; `make words` brings it to the translators.
"""

from __future__ import annotations

from kenes.vocabulary.reason_kinds import DECLARED, Declared, Kind, declare, declare_counted

__all__ = ["DECLARED", "SPATIAL", "Declared", "Kind"]

NUMBER, AMOUNT, COUNT, YEAR, UNIT = Kind.NUMBER, Kind.AMOUNT, Kind.COUNT, Kind.YEAR, Kind.UNIT
TEXT, TEXTS = Kind.TEXT, Kind.TEXTS


# What the rules of quality say of data.

_PEERS = {"value": AMOUNT, "unit": UNIT, "year": YEAR, "z": NUMBER, "median": NUMBER, "peers": COUNT}
_SLIP = {"value": AMOUNT, "unit": UNIT, "ratio": NUMBER, "factor": NUMBER}
declare(
    "out_of_range_low",
    "Value %(value)s lies below the least plausible value %(limit)s.",
    value=AMOUNT,
    unit=UNIT,
    limit=NUMBER,
)
declare(
    "out_of_range_high",
    "Value %(value)s lies above the greatest plausible value %(limit)s.",
    value=AMOUNT,
    unit=UNIT,
    limit=NUMBER,
)
declare("sentinel_code", "Value %(value)s is a code for a missing value, not a measurement.", value=NUMBER)
declare_counted(
    "sentinel_extreme",
    "The extreme %(value)s stands %(count)s time and the next value is %(next)s, so it is a limit of the device "
    "or a code.",
    "The extreme %(value)s stands %(count)s times and the next value is %(next)s, so it is a limit of the device "
    "or a code.",
    "count",
    value=NUMBER,
    count=COUNT,
    next=NUMBER,
)
declare_counted(
    "stuck",
    "The value %(value)s stands %(count)s time in a row, %(limit)s or more are implausible.",
    "The value %(value)s stands %(count)s times in a row, %(limit)s or more are implausible.",
    "count",
    value=AMOUNT,
    unit=UNIT,
    count=COUNT,
    limit=COUNT,
)
declare_counted(
    "dead_zero",
    "The sensor gives %(count)s zero in a row.",
    "The sensor gives %(count)s zeros in a row.",
    "count",
    count=COUNT,
)
declare_counted(
    "dead_constant",
    "The only value of %(year)s is %(value)s.",
    "All %(count)s values of %(year)s are %(value)s.",
    "count",
    count=COUNT,
    year=YEAR,
    value=AMOUNT,
    unit=UNIT,
)
declare(
    "spike",
    "Value %(value)s is %(factor)s times the greatest of its neighbours, %(neighbour)s.",
    value=AMOUNT,
    unit=UNIT,
    factor=NUMBER,
    neighbour=NUMBER,
)
declare(
    "low_mean",
    "The annual mean %(value)s from %(count)s values lies %(z)s robust standard deviations below the median "
    "%(median)s of %(peers)s peers in %(year)s.",
    count=COUNT,
    **_PEERS,
)
declare(
    "low_spread",
    "The values of %(year)s spread by only %(value)s of their mean, %(z)s robust standard deviations below the "
    "median %(median)s of %(peers)s peers.",
    value=NUMBER,
    year=YEAR,
    z=NUMBER,
    median=NUMBER,
    peers=COUNT,
)
declare(
    "low_value",
    "The value %(value)s of %(year)s lies %(z)s robust standard deviations below the median %(median)s of "
    "%(peers)s peers.",
    **_PEERS,
)
declare(
    "low_steady",
    "The value %(value)s of %(year)s lies %(z)s robust standard deviations below the median %(median)s of "
    "%(peers)s peers, as in %(years)s years, so it is taken as a trait of the place.",
    years=COUNT,
    **_PEERS,
)
declare(
    "step",
    "The value went from %(before)s in %(from_year)s to %(value)s in %(year)s, %(factor)s times, while the median "
    "of %(peers)s peers went %(usual)s times; that is %(z)s robust standard deviations apart.",
    before=NUMBER,
    from_year=YEAR,
    value=AMOUNT,
    unit=UNIT,
    year=YEAR,
    factor=NUMBER,
    usual=NUMBER,
    peers=COUNT,
    z=NUMBER,
)
declare(
    "slip_peers",
    "The value %(value)s of %(year)s is %(ratio)s times the median %(median)s of %(peers)s peers, close to a "
    "factor of %(factor)s, as if taken in another unit.",
    year=YEAR,
    median=NUMBER,
    peers=COUNT,
    **_SLIP,
)
declare(
    "slip_own",
    "The value %(value)s of %(year)s is %(ratio)s times the %(before)s of %(from_year)s, close to a factor of "
    "%(factor)s, as if taken in another unit.",
    year=YEAR,
    before=NUMBER,
    from_year=YEAR,
    **_SLIP,
)
declare(
    "slip_segment",
    "From here %(count)s values have a median of %(value)s, %(ratio)s times the %(median)s of the rest, close to a "
    "factor of %(factor)s, as if taken in another unit.",
    count=COUNT,
    median=NUMBER,
    **_SLIP,
)
declare(
    "conflict_sources",
    "%(source)s gives %(value)s for %(year)s, %(other)s gives %(other_value)s: they differ by %(share)s, more than "
    "%(limit)s.",
    source=Kind.SOURCE,
    value=AMOUNT,
    unit=UNIT,
    year=YEAR,
    other=Kind.SOURCE,
    other_value=NUMBER,
    share=Kind.SHARE,
    limit=Kind.SHARE,
)
declare("conflict_cell", "%(cell)s gives another value.", cell=Kind.LOCATOR)
declare(
    "conflict_copy",
    "%(count)s of %(total)s values of %(year)s equal those of %(place)s %(site)s at the same time, so one of the "
    "two series is a copy.",
    count=COUNT,
    total=COUNT,
    year=YEAR,
    place=Kind.PLACE,
    site=Kind.TEXT,
)
declare(
    "conflict_copy_within",
    "%(count)s of %(total)s values of %(year)s equal those of another series of the same place at the same time "
    "(%(series)s), so one of the two is a copy.",
    count=COUNT,
    total=COUNT,
    year=YEAR,
    series=Kind.TEXT,
)
declare(
    "sum_above",
    "The %(count)s parts add up to %(sum)s in %(year)s, more than the whole of %(value)s.",
    count=COUNT,
    sum=AMOUNT,
    unit=UNIT,
    year=YEAR,
    value=NUMBER,
)
declare(
    "sum_below",
    "All %(count)s parts add up to %(sum)s in %(year)s, less than the whole of %(value)s.",
    count=COUNT,
    sum=AMOUNT,
    unit=UNIT,
    year=YEAR,
    value=NUMBER,
)
declare(
    "boundary_change",
    "The territory changed on %(date)s, so %(year)s cannot be compared with %(from_year)s.",
    date=Kind.DATE,
    year=YEAR,
    from_year=YEAR,
)
declare_counted(
    "time_shift",
    "With the clock moved by %(hours)s hour the series of %(month)s agrees with %(peers)s peers at a correlation "
    "of %(after)s instead of %(before)s.",
    "With the clock moved by %(hours)s hours the series of %(month)s agrees with %(peers)s peers at a correlation "
    "of %(after)s instead of %(before)s.",
    "hours",
    hours=COUNT,
    month=Kind.MONTH,
    peers=COUNT,
    after=NUMBER,
    before=NUMBER,
)


# Why there is no measurement, and why a place is not ranked.

declare("coverage_short", "Coverage %(share)s is below %(least)s.", share=Kind.SHARE, least=Kind.SHARE)
declare("not_known", "No value for %(year)s: %(variable)s.", variable=Kind.VARIABLE, year=Kind.YEAR)
declare("division_by_zero", "Division by zero.")
declare("said_earlier", "An earlier version of Keneş said: %(text)s", text=Kind.TEXT)
declare("no_value", "No value.")
declare("no_data", "No data.")
declare("coverage", "Too little of the index has data for this place.")
declare("judged", "Judged as %(quality)s: %(rules)s.", quality=Kind.QUALITY, rules=Kind.RULES)
declare("required", "Not ranked without a usable number in: %(node)s.", node=Kind.NODE)
declare_counted(
    "coverage_missing",
    "Of %(all)s indicators %(missing)s is missing or not usable.",
    "Of %(all)s indicators %(missing)s are missing or not usable.",
    "missing",
    missing=Kind.COUNT,
    all=Kind.COUNT,
)
declare("in_no_profile", "No index compares this place.")
declare(
    "not_ranked_bring",
    "Without a rank there is no advice; these data would count most: %(indicators)s.",
    indicators=Kind.INDICATORS,
)


# Gaps, practices and needs.

_STUDY = {"design": Kind.DESIGN, "metric": Kind.METRIC}
declare(
    "gap",
    "The value %(value)s stands against a median of %(median)s of %(peers)s peers, %(gap)s points behind.",
    value=AMOUNT,
    unit=UNIT,
    median=NUMBER,
    peers=COUNT,
    gap=NUMBER,
)
declare("no_practice", "The catalogue holds no practice that is known to move this indicator.")
declare_counted(
    "none_advised",
    "The one practice tied to this indicator has no measured effect.",
    "None of the %(count)s practices tied to this indicator has a measured effect.",
    "count",
    count=COUNT,
)
declare("no_practice_fits", "No practice with measured evidence fits a gap of this place.")
declare(
    "unmeasured",
    "Not recommended yet: the evidence (%(design)s) is not a measured effect.",
    design=Kind.DESIGN,
)
declare(
    "effect_unnumbered",
    "Not recommended yet: the evidence (%(design)s) gives no effect in numbers.",
    design=Kind.DESIGN,
)
declare(
    "evidence_range",
    "Evidence (%(design)s): %(low)s to %(high)s on %(metric)s.",
    low=NUMBER,
    high=AMOUNT,
    unit=UNIT,
    **_STUDY,
)
declare(
    "evidence_point",
    "Evidence (%(design)s): %(high)s on %(metric)s, without a range.",
    high=AMOUNT,
    unit=UNIT,
    **_STUDY,
)
declare(
    "evidence_words",
    "Evidence (%(design)s): an effect on %(metric)s without a pooled number.",
    **_STUDY,
)
declare(
    "applied",
    "On the present %(value)s that would be a change of %(low)s to %(high)s.",
    value=AMOUNT,
    unit=UNIT,
    low=NUMBER,
    high=NUMBER,
)
declare("from_nothing", "The range starts at no effect, since the source gives a single number.")
declare("indirect", "No effect on this indicator is computed, since something else was measured.")
declare(
    "confidence",
    "Confidence is %(level)s: the study design is %(strength)s.",
    level=Kind.LEVEL,
    strength=Kind.STRENGTH,
)
declare(
    "lowered_source",
    "It is no higher since the collection rates this evidence as %(level)s.",
    level=Kind.LEVEL,
)
declare("lowered_site", "It is no higher since the address leads to a site and not to the item.")
declare("lowered_indirect", "It is one level lower since what was measured is not this indicator.")
declare(
    "need",
    "It carries %(weight)s of the weight, and %(coverage)s is present.",
    weight=Kind.SHARE,
    coverage=Kind.SHARE,
)


# Why a cell of a source file is refused. What stands in quotes was received so.

declare("no_place", "The row names no place.")
declare(
    "place_unknown",
    "'%(text)s' fits no place. Add it to places/places.csv; `kenes export places --out places.csv` lists those "
    "there are.",
    text=TEXT,
)
declare("place_unknown_near", "'%(text)s' fits no place; near it are %(near)s.", text=TEXT, near=TEXTS)
declare_counted(
    "place_ambiguous",
    "'%(text)s' fits %(count)s place: %(places)s. Name one by its id.",
    "'%(text)s' fits %(count)s places: %(places)s. Name one by its id.",
    "count",
    text=TEXT,
    count=COUNT,
    places=TEXTS,
)
declare("alias_unknown", "The alias '%(text)s' leads to '%(place)s', which is no known place.", text=TEXT, place=TEXT)
declare("no_time", "The row names no time.")
declare("time_unread", "'%(text)s' is no year, month, day or time, such as 2024, 2024-05 or 2024-05-17.", text=TEXT)
declare("time_other_form", "'%(text)s' is no time of the form %(form)s.", text=TEXT, form=TEXT)
declare("time_inside_year", "'%(text)s' is a time within a year, where whole years were expected.", text=TEXT)
declare("time_inside_month", "'%(text)s' is a time within a month, where whole months were expected.", text=TEXT)
declare("time_inside_day", "'%(text)s' is a time within a day, where whole days were expected.", text=TEXT)
declare(
    "year_implausible",
    "The year %(year)s does not lie between %(first)s and %(last)s.",
    year=YEAR,
    first=YEAR,
    last=YEAR,
)
declare("hour_skipped", "'%(text)s' never happened in %(zone)s: clocks went forward.", text=TEXT, zone=TEXT)
declare("unit_undeclared", "The mapping does not declare the unit '%(unit)s'.", unit=TEXT)
declare("unit_unfit", "'%(unit)s' is not a unit like %(wanted)s.", unit=TEXT, wanted=Kind.UNIT)
declare("flag_undeclared", "The mapping does not declare the flag '%(flag)s'.", flag=TEXT)
declare("no_number", "The cell holds no number.")
declare("number_point", "The cell holds a point, but the decimal mark is '%(mark)s'.", mark=TEXT)
declare("number_comma", "The cell holds a comma, but the mapping declares none.")
declare("number_too_large", "The number is too large.")
declare("duplicate_cell", "%(cell)s says the same already.", cell=Kind.LOCATOR)
declare_counted(
    "record_cells",
    "The record has %(count)s cell where %(expected)s were expected.",
    "The record has %(count)s cells where %(expected)s were expected.",
    "count",
    count=COUNT,
    expected=COUNT,
)


# Why a spatial indicator has no value.

_others = frozenset(DECLARED)
declare("none_mapped", "not known: the map holds no such place, which does not mean that there is none")
declare("kinds_not_mapped", "not known: some kinds of places are not on the map at all")
declare("nothing_in_reach", "no value: nothing is in reach")
declare("no_street_in_reach", "not known: nobody has a street within reach")
declare("no_streets", "no value: the map holds no streets here")
declare("no_study_area", "no value: there is no study area")
declare("no_built_up_area", "no value: nothing is built up here")
declare("no_population_given", "no value: no population grid was given")
declare("no_population_inside", "no value: nobody of the grid lives inside the area")
declare("no_population", "no value: nobody lives here")
declare("no_stops_mapped", "not known: the map holds no stop, which does not mean that there is none")
declare("population_stands_still", "no value: the population hardly changes, so the ratio has no meaning")
SPATIAL: frozenset[str] = frozenset(DECLARED) - _others
"""Codes that measuring a city gives."""
