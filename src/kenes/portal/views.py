"""An edition turned, once, into the lookups that pages read.

`EditionView` is made when the portal starts; a page then only takes from dictionaries. What is large
and seldom asked for (observations, provenance, file rows) is read from the edition on demand.
"""

from __future__ import annotations

from kenes.catalogue import Catalogue
from kenes.portal.indices_view import IndicesView
from kenes.portal.measurements_view import MeasurementsView
from kenes.portal.places_view import PlacesView
from kenes.store import Edition, SourceRecord


class EditionView(PlacesView, MeasurementsView, IndicesView):
    """Everything that pages show of one edition.

    Args:
        edition: the published edition.
        catalogue: the definitions that it was made with.
    """

    def __init__(self, edition: Edition, catalogue: Catalogue) -> None:
        self.edition, self.catalogue = edition, catalogue
        PlacesView.__init__(self, catalogue.places)
        MeasurementsView.__init__(self, edition, catalogue.indicators, self)
        IndicesView.__init__(self, edition, catalogue.profiles)
        self.sources: dict[str, list[SourceRecord]] = {}
        for source in edition.sources:
            self.sources.setdefault(source.id, []).append(source)
