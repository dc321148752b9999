"""The sentences of the quality rules, once in each language.

A reason is stored as one English sentence. Since each sentence comes from one template, the same
parameters can be read back from it and put into the template of another language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from types import MappingProxyType


def _both(en: str, tr: str) -> Mapping[str, str]:
    return MappingProxyType({"en": en, "tr": tr})


TEMPLATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "out_of_range_low": _both(
            "Value {value:n} {unit} lies below the least plausible value {limit:n}.",
            "{value:n} {unit} değeri, olası en küçük değer olan {limit:n} altındadır.",
        ),
        "out_of_range_high": _both(
            "Value {value:n} {unit} lies above the greatest plausible value {limit:n}.",
            "{value:n} {unit} değeri, olası en büyük değer olan {limit:n} üzerindedir.",
        ),
        "sentinel_code": _both(
            "Value {value:n} is a code for a missing value, not a measurement.",
            "{value:n} değeri ölçüm değil, eksik değer için kullanılan bir koddur.",
        ),
        "sentinel_extreme": _both(
            "The extreme {value:n} stands {count:n} times and the next value is {next:n}, so it is a "
            "limit of the device or a code.",
            "{value:n} uç değeri {count:n} kez geçiyor, sonraki değer ise {next:n}; bu, cihazın "
            "sınırı ya da bir koddur.",
        ),
        "stuck": _both(
            "The value {value:n} {unit} stands {count:n} times in a row, {limit:n} or more are implausible.",
            "{value:n} {unit} değeri art arda {count:n} kez geçiyor; {limit:n} ve üzeri olası değildir.",
        ),
        "dead_zero": _both(
            "The sensor gives {count:n} zeros in a row.",
            "Algılayıcı art arda {count:n} kez sıfır veriyor.",
        ),
        "dead_constant": _both(
            "All {count:n} values of {year} are {value:n} {unit}.",
            "{year} yılının {count:n} değerinin tümü {value:n} {unit}.",
        ),
        "spike": _both(
            "Value {value:n} {unit} is {factor:n} times the greatest of its neighbours, {neighbour:n}.",
            "{value:n} {unit} değeri, komşularının en büyüğünün ({neighbour:n}) {factor:n} katıdır.",
        ),
        "low_mean": _both(
            "The annual mean {value:n} {unit} from {count:n} values lies {z:n} robust standard "
            "deviations below the median {median:n} of {peers:n} peers in {year}.",
            "{count:n} değerden hesaplanan {value:n} {unit} yıllık ortalama, {year} yılında {peers:n} "
            "benzer yerin ortancası olan {median:n} değerinden {z:n} dayanıklı standart sapma "
            "aşağıdadır.",
        ),
        "low_spread": _both(
            "The values of {year} spread by only {value:n} of their mean, {z:n} robust standard "
            "deviations below the median {median:n} of {peers:n} peers.",
            "{year} yılı değerlerinin yayılımı ortalamanın yalnızca {value:n} katıdır; {peers:n} "
            "benzer yerin ortancası olan {median:n} değerinden {z:n} dayanıklı standart sapma "
            "aşağıdadır.",
        ),
        "low_value": _both(
            "The value {value:n} {unit} of {year} lies {z:n} robust standard deviations below the "
            "median {median:n} of {peers:n} peers.",
            "{year} yılına ait {value:n} {unit} değeri, {peers:n} benzer yerin ortancası olan "
            "{median:n} değerinden {z:n} dayanıklı standart sapma aşağıdadır.",
        ),
        "low_steady": _both(
            "The value {value:n} {unit} of {year} lies {z:n} robust standard deviations below the "
            "median {median:n} of {peers:n} peers, as in {years:n} years, so it is taken as a trait "
            "of the place.",
            "{year} yılına ait {value:n} {unit} değeri, {peers:n} benzer yerin ortancası olan "
            "{median:n} değerinden {z:n} dayanıklı standart sapma aşağıdadır; {years:n} yıldır böyle "
            "olduğundan yerin bir özelliği sayılmıştır.",
        ),
        "step": _both(
            "The value went from {before:n} in {from_year} to {value:n} {unit} in {year}, {factor:n} "
            "times, while the median of {peers:n} peers went {usual:n} times; that is {z:n} robust "
            "standard deviations apart.",
            "Değer {from_year} yılındaki {before:n} düzeyinden {year} yılında {value:n} {unit} "
            "düzeyine geçti ({factor:n} kat); {peers:n} benzer yerin ortanca değişimi {usual:n} "
            "kattır ve fark {z:n} dayanıklı standart sapmadır.",
        ),
        "slip_peers": _both(
            "The value {value:n} {unit} of {year} is {ratio:n} times the median {median:n} of "
            "{peers:n} peers, close to a factor of {factor:n}, as if taken in another unit.",
            "{year} yılına ait {value:n} {unit} değeri, {peers:n} benzer yerin ortancasının "
            "({median:n}) {ratio:n} katıdır; {factor:n} çarpanına yakındır ve başka bir birimle "
            "alınmış gibidir.",
        ),
        "slip_own": _both(
            "The value {value:n} {unit} of {year} is {ratio:n} times the {before:n} of {from_year}, "
            "close to a factor of {factor:n}, as if taken in another unit.",
            "{year} yılına ait {value:n} {unit} değeri, {from_year} yılındaki {before:n} değerinin "
            "{ratio:n} katıdır; {factor:n} çarpanına yakındır ve başka bir birimle alınmış gibidir.",
        ),
        "slip_segment": _both(
            "From here {count:n} values have a median of {value:n} {unit}, {ratio:n} times the "
            "{median:n} of the rest, close to a factor of {factor:n}, as if taken in another unit.",
            "Buradan başlayan {count:n} değerin ortancası {value:n} {unit}; kalanların ortancasının "
            "({median:n}) {ratio:n} katıdır, {factor:n} çarpanına yakındır ve başka bir birimle "
            "alınmış gibidir.",
        ),
        "conflict_sources": _both(
            "Source {source} gives {value:n} {unit} for {year}, source {other} gives {other_value:n}: "
            "they differ by {percent:n} per cent, more than {limit:n}.",
            "{source} kaynağı {year} için {value:n} {unit}, {other} kaynağı {other_value:n} veriyor: "
            "fark yüzde {percent:n}, sınır olan {limit:n} üzerindedir.",
        ),
        "conflict_copy": _both(
            "{count:n} of {total:n} values of {year} equal those of {other} at the same time, so one "
            "of the two series is a copy.",
            "{year} yılının {total:n} değerinden {count:n} tanesi aynı anda {other} ile eşittir; iki "
            "seriden biri ötekinin kopyasıdır.",
        ),
        "sum_above": _both(
            "The {count:n} parts add up to {sum:n} {unit} in {year}, more than the whole of {value:n}.",
            "{count:n} parçanın toplamı {year} yılında {sum:n} {unit}; bütünün değeri olan {value:n} "
            "üzerindedir.",
        ),
        "sum_below": _both(
            "All {count:n} parts add up to {sum:n} {unit} in {year}, less than the whole of {value:n}.",
            "Tüm {count:n} parçanın toplamı {year} yılında {sum:n} {unit}; bütünün değeri olan "
            "{value:n} altındadır.",
        ),
        "boundary_change": _both(
            "The territory changed on {date}, so {year} cannot be compared with {from_year}.",
            "Sınırlar {date} tarihinde değişti; {year} yılı {from_year} yılıyla karşılaştırılamaz.",
        ),
        "time_shift": _both(
            "With the clock moved by {hours:n} hours the series of {month} agrees with {peers:n} "
            "peers at a correlation of {after:n} instead of {before:n}.",
            "Saat {hours:n} saat kaydırıldığında {month} serisinin {peers:n} benzer seriyle "
            "korelasyonu {before:n} yerine {after:n} olmaktadır.",
        ),
    }
)
"""Sentences by code; `{name:n}` is a number, written by the rules of the language."""

RULE_OF: Mapping[str, str] = MappingProxyType(
    {
        "out_of_range_low": "out_of_range",
        "out_of_range_high": "out_of_range",
        "sentinel_code": "sentinel",
        "sentinel_extreme": "sentinel",
        "stuck": "stuck",
        "dead_zero": "dead",
        "dead_constant": "dead",
        "spike": "spike",
        "low_mean": "implausibly_low",
        "low_spread": "implausibly_low",
        "low_value": "implausibly_low",
        "low_steady": "implausibly_low",
        "step": "step",
        "slip_peers": "unit_slip",
        "slip_own": "unit_slip",
        "slip_segment": "unit_slip",
        "conflict_sources": "conflict",
        "conflict_copy": "conflict",
        "sum_above": "sum_mismatch",
        "sum_below": "sum_mismatch",
        "boundary_change": "boundary_change",
        "time_shift": "time_shift",
    }
)
"""The rule that each sentence belongs to."""

_NUMBER = r"-?[0-9][0-9,]*(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?|nan|inf"


def number_text(value: float, language: str = "en") -> str:
    """A number with three or four leading digits; Turkish uses a comma for decimals.

    >>> number_text(14.623), number_text(7107), number_text(0.0421, "tr")
    ('14.6', '7,107', '0,0421')
    """
    if value == int(value) and abs(value) < 1e15:
        text = f"{int(value):,}"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return _in_language(text, language)


def _in_language(text: str, language: str) -> str:
    return text.translate(str.maketrans(",.", ".,")) if language == "tr" else text


def _unit_text(text: str) -> str:
    return text.replace("ug/", "µg/").replace("^3", "³").replace("^2", "²")


def reason(code: str, language: str = "en", /, **parameters: float | str) -> str:
    """The sentence of a code in a language.

    Args:
        code: a key of `TEMPLATES`.
        language: `en` or `tr`; any other is answered in English.
        parameters: numbers and texts that the sentence names.
    """
    shown = {
        name: _unit_text(value) if isinstance(value, str) else number_text(float(value), language)
        for name, value in parameters.items()
    }
    return _fill(code, language, shown)


def _fill(code: str, language: str, shown: Mapping[str, str]) -> str:
    template = TEMPLATES[code].get(language, TEMPLATES[code]["en"]).replace(":n}", "}")
    return re.sub(r" {2,}", " ", template.format(**shown)).replace(" .", ".").replace(" ,", ",")


@cache
def _pattern(code: str) -> re.Pattern[str]:
    parts: list[str] = []
    for text, name, kind, _ in Formatter().parse(TEMPLATES[code]["en"]):
        if name == "unit":  # a number without a unit loses the blank before it
            parts.append(re.escape(text.removesuffix(" ")) + r"(?P<unit> [^ ,]+?)?")
            continue
        parts.append(re.escape(text))
        if name:
            parts.append(f"(?P<{name}>{_NUMBER if kind == 'n' else '.+?'})")
    return re.compile("".join(parts))


def read_reason(sentence: str) -> tuple[str, dict[str, str]] | None:
    """The code and the parameters (as texts) of an English sentence; None if it fits no template."""
    for code in TEMPLATES:
        match = _pattern(code).fullmatch(sentence)
        if match:
            return code, {name: (text or "").strip() for name, text in match.groupdict().items()}
    return None


def reason_in(sentence: str, language: str) -> str:
    """The same reason in another language; a sentence that fits no template stays as it is.

    >>> reason_in("The sensor gives 48 zeros in a row.", "tr")
    'Algılayıcı art arda 48 kez sıfır veriyor.'
    """
    found = read_reason(sentence)
    if found is None or language not in TEMPLATES[found[0]]:
        return sentence
    code, texts = found
    numbers = {name for _, name, kind, _ in Formatter().parse(TEMPLATES[code]["en"]) if name and kind == "n"}
    shown = {n: _in_language(t, language) if n in numbers else t for n, t in texts.items()}
    return _fill(code, language, shown)


def reason_tr(sentence: str) -> str:
    """The Turkish form of an English reason; see `reason_in`."""
    return reason_in(sentence, "tr")
