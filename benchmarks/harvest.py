"""One person's likes with their pictures, through `manage.py crawl`, beside gallery-dl and curl."""

from __future__ import annotations

from benchmarks.house import House, house
from benchmarks.measure import Cost, median, spread
from benchmarks.peers import GalleryDl, curl

ROUNDS = 3


def main(
    likes: int = 300, rounds: int = ROUNDS, latencies: tuple[float, ...] = (0.05, 0.0)
) -> None:
    """Rates of each way, in turns, so that a busy moment of the machine hits all of them."""
    peer = GalleryDl()
    with house() as home:
        for latency in latencies:
            _at(home, peer, latency, likes, rounds)


def _at(home: House, peer: GalleryDl, latency: float, likes: int, rounds: int) -> None:
    ways = ("product", "with a worker", "polite", "gallery-dl", "curl -P16")
    costs: dict[str, list[Cost]] = {way: [] for way in ways}
    for number in range(rounds):
        home.upstream.weather(0)
        people = [f"p{int(latency * 1000)}{number}{at}{likes}" for at in range(3)]
        home.connect_all([f"{person}-{likes}" for person in people])
        pages = home.upstream.pages(f"{people[0]}-{likes}")
        home.upstream.weather(latency)
        costs["product"].append(crawl(home, people[0], likes))
        costs["polite"].append(crawl(home, people[1], likes, CRAWL_REQUEST_INTERVAL="0.2"))
        with home.worker():
            costs["with a worker"].append(crawl(home, people[2], likes))
        cost, files = peer.harvest(pages)
        assert files == likes, f"gallery-dl has {files} of {likes}"
        costs["gallery-dl"].append(cost)
        home.upstream.weather(latency)
        costs["curl -P16"].append(curl(pages))
    _tell(latency, likes, costs)


def crawl(home: House, person: str, likes: int, **variables: str) -> Cost:
    """The product's own command; every picture has to be there in the end."""
    cost = home.must("crawl", "--user", person, **variables)
    assert f"complete, {likes} new" in cost.said, cost.said
    return cost


def _tell(latency: float, likes: int, costs: dict[str, list[Cost]]) -> None:
    rates = {way: [likes / cost.seconds for cost in found] for way, found in costs.items()}
    base, limit = median(rates["gallery-dl"]), median(rates["curl -P16"])
    print(f"\n{likes} likes of 104 KB at {latency * 1000:.0f} ms", flush=True)
    print("| way | likes/s | of gallery-dl | of curl | CPU ms a like | MB |")
    print("|---|---|---|---|---|---|")
    for way, found in rates.items():
        processor = median(cost.processor for cost in costs[way]) / likes * 1000
        memory = median(cost.megabytes for cost in costs[way])
        print(
            f"| {way} | {spread(found)} | {median(found) / base:.2f} | {median(found) / limit:.2f} "
            f"| {processor:.2f} | {memory:.0f} |"
        )


if __name__ == "__main__":
    main()
