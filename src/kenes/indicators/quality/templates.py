"""The sentences of the quality rules, in English and in Turkish."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kenes.vocabulary.sentences import Sentences, both

TEMPLATES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "out_of_range_low": both(
            "Value {value:n} {unit} lies below the least plausible value {limit:n}.",
            "{value:n} {unit} değeri, olası en küçük değer olan {limit:n} altındadır.",
        ),
        "out_of_range_high": both(
            "Value {value:n} {unit} lies above the greatest plausible value {limit:n}.",
            "{value:n} {unit} değeri, olası en büyük değer olan {limit:n} üzerindedir.",
        ),
        "sentinel_code": both(
            "Value {value:n} is a code for a missing value, not a measurement.",
            "{value:n} değeri ölçüm değil, eksik değer için kullanılan bir koddur.",
        ),
        "sentinel_extreme": both(
            "The extreme {value:n} stands {count:n} times and the next value is {next:n}, so it is a "
            "limit of the device or a code.",
            "{value:n} uç değeri {count:n} kez geçiyor, sonraki değer ise {next:n}; bu, cihazın "
            "sınırı ya da bir koddur.",
        ),
        "stuck": both(
            "The value {value:n} {unit} stands {count:n} times in a row, {limit:n} or more are implausible.",
            "{value:n} {unit} değeri art arda {count:n} kez geçiyor; {limit:n} ve üzeri olası değildir.",
        ),
        "dead_zero": both(
            "The sensor gives {count:n} zeros in a row.",
            "Algılayıcı art arda {count:n} kez sıfır veriyor.",
        ),
        "dead_constant": both(
            "All {count:n} values of {year} are {value:n} {unit}.",
            "{year} yılının {count:n} değerinin tümü {value:n} {unit}.",
        ),
        "spike": both(
            "Value {value:n} {unit} is {factor:n} times the greatest of its neighbours, {neighbour:n}.",
            "{value:n} {unit} değeri, komşularının en büyüğünün ({neighbour:n}) {factor:n} katıdır.",
        ),
        "low_mean": both(
            "The annual mean {value:n} {unit} from {count:n} values lies {z:n} robust standard "
            "deviations below the median {median:n} of {peers:n} peers in {year}.",
            "{count:n} değerden hesaplanan {value:n} {unit} yıllık ortalama, {year} yılında {peers:n} "
            "benzer yerin ortancası olan {median:n} değerinden {z:n} dayanıklı standart sapma "
            "aşağıdadır.",
        ),
        "low_spread": both(
            "The values of {year} spread by only {value:n} of their mean, {z:n} robust standard "
            "deviations below the median {median:n} of {peers:n} peers.",
            "{year} yılı değerlerinin yayılımı ortalamanın yalnızca {value:n} katıdır; {peers:n} "
            "benzer yerin ortancası olan {median:n} değerinden {z:n} dayanıklı standart sapma "
            "aşağıdadır.",
        ),
        "low_value": both(
            "The value {value:n} {unit} of {year} lies {z:n} robust standard deviations below the "
            "median {median:n} of {peers:n} peers.",
            "{year} yılına ait {value:n} {unit} değeri, {peers:n} benzer yerin ortancası olan "
            "{median:n} değerinden {z:n} dayanıklı standart sapma aşağıdadır.",
        ),
        "low_steady": both(
            "The value {value:n} {unit} of {year} lies {z:n} robust standard deviations below the "
            "median {median:n} of {peers:n} peers, as in {years:n} years, so it is taken as a trait "
            "of the place.",
            "{year} yılına ait {value:n} {unit} değeri, {peers:n} benzer yerin ortancası olan "
            "{median:n} değerinden {z:n} dayanıklı standart sapma aşağıdadır; {years:n} yıldır böyle "
            "olduğundan yerin bir özelliği sayılmıştır.",
        ),
        "step": both(
            "The value went from {before:n} in {from_year} to {value:n} {unit} in {year}, {factor:n} "
            "times, while the median of {peers:n} peers went {usual:n} times; that is {z:n} robust "
            "standard deviations apart.",
            "Değer {from_year} yılındaki {before:n} düzeyinden {year} yılında {value:n} {unit} "
            "düzeyine geçti ({factor:n} kat); {peers:n} benzer yerin ortanca değişimi {usual:n} "
            "kattır ve fark {z:n} dayanıklı standart sapmadır.",
        ),
        "slip_peers": both(
            "The value {value:n} {unit} of {year} is {ratio:n} times the median {median:n} of "
            "{peers:n} peers, close to a factor of {factor:n}, as if taken in another unit.",
            "{year} yılına ait {value:n} {unit} değeri, {peers:n} benzer yerin ortancasının "
            "({median:n}) {ratio:n} katıdır; {factor:n} çarpanına yakındır ve başka bir birimle "
            "alınmış gibidir.",
        ),
        "slip_own": both(
            "The value {value:n} {unit} of {year} is {ratio:n} times the {before:n} of {from_year}, "
            "close to a factor of {factor:n}, as if taken in another unit.",
            "{year} yılına ait {value:n} {unit} değeri, {from_year} yılındaki {before:n} değerinin "
            "{ratio:n} katıdır; {factor:n} çarpanına yakındır ve başka bir birimle alınmış gibidir.",
        ),
        "slip_segment": both(
            "From here {count:n} values have a median of {value:n} {unit}, {ratio:n} times the "
            "{median:n} of the rest, close to a factor of {factor:n}, as if taken in another unit.",
            "Buradan başlayan {count:n} değerin ortancası {value:n} {unit}; kalanların ortancasının "
            "({median:n}) {ratio:n} katıdır, {factor:n} çarpanına yakındır ve başka bir birimle "
            "alınmış gibidir.",
        ),
        "conflict_sources": both(
            "Source {source} gives {value:n} {unit} for {year}, source {other} gives {other_value:n}: "
            "they differ by {percent:n} per cent, more than {limit:n}.",
            "{source} kaynağı {year} için {value:n} {unit}, {other} kaynağı {other_value:n} veriyor: "
            "fark yüzde {percent:n}, sınır olan {limit:n} üzerindedir.",
        ),
        "conflict_copy": both(
            "{count:n} of {total:n} values of {year} equal those of {other} at the same time, so one "
            "of the two series is a copy.",
            "{year} yılının {total:n} değerinden {count:n} tanesi aynı anda {other} ile eşittir; iki "
            "seriden biri ötekinin kopyasıdır.",
        ),
        "sum_above": both(
            "The {count:n} parts add up to {sum:n} {unit} in {year}, more than the whole of {value:n}.",
            "{count:n} parçanın toplamı {year} yılında {sum:n} {unit}; bütünün değeri olan {value:n} üzerindedir.",
        ),
        "sum_below": both(
            "All {count:n} parts add up to {sum:n} {unit} in {year}, less than the whole of {value:n}.",
            "Tüm {count:n} parçanın toplamı {year} yılında {sum:n} {unit}; bütünün değeri olan {value:n} altındadır.",
        ),
        "boundary_change": both(
            "The territory changed on {date}, so {year} cannot be compared with {from_year}.",
            "Sınırlar {date} tarihinde değişti; {year} yılı {from_year} yılıyla karşılaştırılamaz.",
        ),
        "time_shift": both(
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

SENTENCES = Sentences(TEMPLATES)
reason = SENTENCES.say
read_reason = SENTENCES.read


def reason_in(sentence: str, language: str) -> str:
    """The same reason in another language; a sentence that fits no template stays as it is.

    >>> reason_in("The sensor gives 48 zeros in a row.", "tr")
    'Algılayıcı art arda 48 kez sıfır veriyor.'
    """
    return SENTENCES.translate(sentence, language)


def reason_tr(sentence: str) -> str:
    """The Turkish form of an English reason; see `reason_in`."""
    return reason_in(sentence, "tr")
