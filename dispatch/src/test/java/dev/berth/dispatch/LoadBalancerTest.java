package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

class LoadBalancerTest {
    private static final int DEBT = 8;

    private final LoadBalancer<FakeWorker> balancer = new LoadBalancer<>(DEBT);
    private final List<FakeWorker> places =
            IntStream.range(0, 9).mapToObj(FakeWorker::new).toList();

    private static final class FakeWorker implements WorkerLoad {
        final int place;
        boolean open = true;
        boolean stalled;
        int connections;
        int given;

        FakeWorker(int place) {
            this.place = place;
        }

        @Override
        public int slot() {
            return place;
        }

        @Override
        public boolean accepts() {
            return open;
        }

        @Override
        public boolean stalled() {
            return stalled;
        }

        @Override
        public int connections() {
            return connections;
        }
    }

    @BeforeEach
    void serveFour() {
        balancer.serve(places.subList(0, 4));
    }

    private static SockAddr.Inet client(int number) {
        return new SockAddr.Inet4(0x0a000000 + number, 1_000 + number % 50_000);
    }

    private void give(int count) {
        for (int i = 0; i < count; i++) {
            balancer.choose(() -> client(0))
                    .ifPresent(
                            place -> {
                                place.given++;
                                place.connections++;
                            });
        }
    }

    private List<Integer> given(int count) {
        return places.subList(0, count).stream().map(place -> place.given).toList();
    }

    @Test
    void roundRobinIsExactAndInOrder() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            order.add(balancer.choose(() -> client(0)).orElseThrow().place);
        }
        assertThat(order).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
        give(10_000);
        assertThat(given(4)).containsOnly(2_500);
    }

    @Test
    void aWorkerThatWasFullCatchesUpByNoMoreThanItsDebt() {
        places.get(1).open = false;
        give(9);
        places.get(1).open = true;
        give(3);
        assertThat(given(4)).containsExactly(3, 3, 3, 3);
        places.get(1).open = false;
        give(3_000);
        places.get(1).open = true;
        give(DEBT);
        assertThat(given(4)).containsExactly(1_003, 3 + DEBT, 1_003, 1_003);
        give(4);
        assertThat(given(4)).containsExactly(1_004, 4 + DEBT, 1_004, 1_004);
    }

    @Test
    void aStalledWorkerIsChosenOnlyIfNoOtherHasRoom() {
        for (BalancingPolicy policy :
                List.of(BalancingPolicy.ROUND_ROBIN, BalancingPolicy.LEAST_CONNECTIONS)) {
            serveFour();
            balancer.setPolicy(policy);
            places.forEach(
                    place -> {
                        place.stalled = place.place < 2;
                        place.open = true;
                        place.given = 0;
                        place.connections = 0;
                    });
            give(10);
            assertThat(given(4)).containsExactly(0, 0, 5, 5);
            places.get(2).open = false;
            places.get(3).open = false;
            give(4);
            assertThat(given(4)).containsExactly(2, 2, 5, 5);
        }
    }

    @Test
    void aWorkerThatStalledGetsItsShareAgainAndNoMore() {
        places.get(1).stalled = true;
        give(300);
        places.get(1).stalled = false;
        give(8);
        assertThat(given(4)).containsExactly(102, 2, 102, 102);
    }

    @Test
    void underSourceAClientWaitsForItsStalledWorker() {
        balancer.setPolicy(BalancingPolicy.SOURCE);
        FakeWorker home = balancer.choose(() -> client(1)).orElseThrow();
        home.stalled = true;
        assertThat(balancer.choose(() -> client(1))).contains(home);
    }

    @Test
    void noWorkerIsChosenIfAllAreFullOrNoneIsInService() {
        places.forEach(place -> place.open = false);
        assertThat(balancer.choose(() -> client(0))).isEmpty();
        for (BalancingPolicy policy : BalancingPolicy.values()) {
            balancer.setPolicy(policy);
            balancer.serve(List.of());
            assertThat(balancer.choose(() -> client(0))).isEmpty();
        }
    }

    @Test
    void leastConnectionsEvensThemOut() {
        balancer.setPolicy(BalancingPolicy.LEAST_CONNECTIONS);
        places.get(0).connections = 10;
        places.get(2).connections = 4;
        give(6);
        assertThat(given(4)).containsExactly(0, 3, 0, 3);
        give(20);
        assertThat(places.subList(0, 4)).allMatch(place -> place.connections == 10);
        give(400);
        assertThat(places.subList(0, 4)).allMatch(place -> place.connections == 110);
    }

    @Test
    void aClientAddressAlwaysHasTheSamePlaceWhateverItsPort() {
        balancer.setPolicy(BalancingPolicy.SOURCE);
        for (int i = 0; i < 1_000; i++) {
            SockAddr.Inet4 client = (SockAddr.Inet4) client(i);
            Optional<FakeWorker> home = balancer.choose(() -> client);
            assertThat(balancer.choose(() -> client.withPort(7))).isEqualTo(home);
            assertThat(balancer.choose(() -> SockAddr.Inet6.mapped(client))).isEqualTo(home);
        }
    }

    @Test
    void underSourceAClientWaitsForItsFullWorker() {
        balancer.setPolicy(BalancingPolicy.SOURCE);
        FakeWorker home = balancer.choose(() -> client(1)).orElseThrow();
        home.open = false;
        assertThat(balancer.choose(() -> client(1))).isEmpty();
    }

    @Test
    void aNinthWorkerMovesOnlyItsOwnShare() {
        balancer.setPolicy(BalancingPolicy.SOURCE);
        int clients = 10_000;
        balancer.serve(places.subList(0, 8));
        List<Integer> before = homes(clients);
        balancer.serve(places);
        List<Integer> after = homes(clients);
        int moved = 0;
        for (int i = 0; i < clients; i++) {
            if (!before.get(i).equals(after.get(i))) {
                moved++;
                assertThat(after.get(i)).isEqualTo(8);
            }
        }
        assertThat(moved).isBetween(clients / 9 - 300, clients / 9 + 300);
        for (int place = 0; place < 8; place++) {
            int wanted = place;
            assertThat(before.stream().filter(home -> home == wanted).count())
                    .isBetween(1_100L, 1_400L);
        }
        balancer.serve(places.subList(0, 8));
        assertThat(homes(clients)).isEqualTo(before);
    }

    private List<Integer> homes(int clients) {
        return IntStream.range(0, clients)
                .mapToObj(i -> balancer.choose(() -> client(i)).orElseThrow().place)
                .toList();
    }
}
