"""The sentences of gaps, recommendations and needs, in English and in Turkish."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kenes.vocabulary.sentences import Sentences, both

LEVELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"high": both("high", "yüksek"), "medium": both("medium", "orta"), "low": both("low", "düşük")}
)
STRENGTHS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "strong": both("strong", "güçlü"),
        "moderate": both("moderate", "orta güçte"),
        "weak": both("weak", "zayıf"),
    }
)
UNITS_TR: Mapping[str, str] = MappingProxyType(
    {"pp": "yüzde puanı", "% relative": "göreli %", "% (almost half)": "%, yarıya yakın"}
)
SENTENCES = Sentences(
    MappingProxyType(
        {
            "gap": both(
                "The value {value:n} {unit} stands against a median of {median:n} of {peers:n} peers, "
                "{gap:n} points behind.",
                "{value:n} {unit} değeri, {peers:n} benzer yerin ortancası olan {median:n} ile "
                "karşılaştırıldığında {gap:n} puan geridedir.",
            ),
            "no_practice": both(
                "The catalogue holds no practice that is known to move this indicator.",
                "Katalogda bu göstergeyi değiştirdiği bilinen bir uygulama yoktur.",
            ),
            "none_advised": both(
                "None of the {count:n} practices tied to this indicator has a measured effect.",
                "Bu göstergeye bağlı {count:n} uygulamanın hiçbirinin ölçülmüş bir etkisi yoktur.",
            ),
            "unmeasured": both(
                "Not recommended yet: the evidence ({design}) is not a measured effect.",
                "Henüz önerilmiyor: kanıt ({design}) ölçülmüş bir etki değildir.",
            ),
            "no_number": both(
                "Not recommended yet: the evidence ({design}) gives no effect in numbers.",
                "Henüz önerilmiyor: kanıt ({design}) etkiyi sayıyla vermemektedir.",
            ),
            "evidence_range": both(
                "Evidence ({design}): {low:n} to {high:n} {unit} on {metric}.",
                "Kanıt ({design}): {metric}; etki ({unit}): {low:n} ile {high:n} arasında.",
            ),
            "evidence_point": both(
                "Evidence ({design}): {high:n} {unit} on {metric}, without a range.",
                "Kanıt ({design}): {metric}; etki ({unit}): {high:n}, aralık verilmemiş.",
            ),
            "evidence_words": both(
                "Evidence ({design}): an effect on {metric} without a pooled number.",
                "Kanıt ({design}): {metric}; birleştirilmiş bir sayı verilmemiş.",
            ),
            "applied": both(
                "On the present {value:n} {unit} that would be a change of {low:n} to {high:n}.",
                "Bugünkü {value:n} {unit} üzerinde bu, {low:n} ile {high:n} arasında bir değişim olur.",
            ),
            "from_nothing": both(
                "The range starts at no effect, since the source gives a single number.",
                "Kaynak tek sayı verdiği için aralık sıfır etkiden başlatılmıştır.",
            ),
            "indirect": both(
                "No effect on this indicator is computed, since something else was measured.",
                "Başka bir büyüklük ölçüldüğü için bu gösterge üzerinde etki hesaplanmamıştır.",
            ),
            "confidence": both(
                "Confidence is {level}: the study design is {strength}.",
                "Güven {level}: çalışma tasarımı {strength}.",
            ),
            "lowered_source": both(
                "It is no higher since the collection rates this evidence as {level}.",
                "Derleme bu kanıtı {level} olarak değerlendirdiği için daha yüksek değildir.",
            ),
            "lowered_site": both(
                "It is no higher since the address leads to a site and not to the item.",
                "Adres kaynağın kendisine değil yalnızca siteye götürdüğü için daha yüksek değildir.",
            ),
            "lowered_indirect": both(
                "It is one level lower since what was measured is not this indicator.",
                "Ölçülen büyüklük bu gösterge olmadığı için bir düzey düşürülmüştür.",
            ),
            "need": both(
                "It carries {weight:n} per cent of the weight, and {coverage:n} per cent is present.",
                "Ağırlığın yüzde {weight:n} kadarını taşır; şu anda yüzde {coverage:n} kadarı mevcuttur.",
            ),
        }
    )
)


def sentence_in(text: str, language: str, terms: Mapping[str, str] = MappingProxyType({})) -> str:
    """A `reason` or `why` in another language.

    Args:
        text: the English sentences of a row.
        language: `tr`; anything else is answered in English.
        terms: texts in that language by their English form, such as `Practice.terms(language)`.
    """
    own = {words["en"]: words.get(language, words["en"]) for words in (*LEVELS.values(), *STRENGTHS.values())}
    units = UNITS_TR if language == "tr" else {}
    return SENTENCES.translate(text, language, {**own, **units, **terms})
