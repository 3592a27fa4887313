"""What this process has done since its start, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Numbers = Callable[[], Mapping[str, Mapping[str, float]]]


class ProcessMetrics(Collector):
    """Reads the numbers of polls, pushes and deliveries when asked, and registers itself."""

    def __init__(self, registry: CollectorRegistry, numbers: Numbers) -> None:
        self._numbers = numbers
        registry.register(self)

    def describe(self) -> Iterator[Metric]:
        """Nothing is read while the process is being put together."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The numbers as they are at this moment."""
        now = self._numbers()
        yield _counter("feedbot_polls", "Visits to sources.", "outcome", now.get("polls", {}))
        yield _counter("feedbot_deliveries", "What became of deliveries.", "event", now.get("deliveries", {}))
        yield _counter("feedbot_pushes", "What hubs pushed.", "event", now.get("pushes", {}))
        queued = GaugeMetricFamily("feedbot_polls_queued", "Sources that wait for their host's turn.")
        queued.add_metric([], now.get("queued", {}).get("", 0))
        yield queued


def _counter(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
