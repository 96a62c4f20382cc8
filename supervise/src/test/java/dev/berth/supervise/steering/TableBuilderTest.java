package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Admission;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Plans for least-loaded.
class TableBuilderTest {
    private static final GroupKey KEY =
            new GroupKey(Protocol.TCP, new SockAddr.Inet4(0, 8080), false, 0, false);

    private final List<HeldSocket> sockets =
            IntStream.range(0, 4).mapToObj(TableBuilderTest::socket).toList();

    /// A socket with a descriptor that nothing uses.
    private static HeldSocket socket(int slot) {
        return new HeldSocket(new Fd(Integer.MAX_VALUE), slot, KEY, new WorkerId(slot, 1));
    }

    private static TrafficPlan serving(List<HeldSocket> sockets, Map<WorkerId, Integer> warming) {
        Map<WorkerId, Integer> shares =
                sockets.stream()
                        .map(HeldSocket::owner)
                        .collect(Collectors.toMap(id -> id, id -> warming.getOrDefault(id, 100)));
        Set<Integer> slots =
                shares.keySet().stream().map(WorkerId::slot).collect(Collectors.toSet());
        return new TrafficPlan(shares, slots, slots, new Policy.LeastLoaded(), Admission.OPEN);
    }

    private static TableBuilder tableBuilder() throws IOException {
        return new TableBuilder(SteeringSupport.dispatcher(), CpuPinning.here());
    }

    /// The distribution of the next connections over four listeners. The last one is new; each of
    /// the others has received 600 that have not been counted since.
    private Map<Integer, Long> next(int count, Map<WorkerId, Integer> warming) throws IOException {
        for (HeldSocket old : sockets.subList(0, 3)) {
            old.load().initialize(0);
            old.load().record(0, 0, false, 0);
            old.load().record(600, 0, false, 5);
        }
        TrafficPlan plan = serving(sockets, warming);
        SelectionTable table = tableBuilder().table(sockets, plan);
        return table.places().stream()
                .limit(count)
                .collect(Collectors.groupingBy(s -> s.owner().slot(), Collectors.counting()));
    }

    @Test
    void aNewListenerDoesNotGetAllNewConnections() throws IOException {
        assertThat(next(40, Map.of())).isEqualTo(Map.of(0, 10L, 1, 10L, 2, 10L, 3, 10L));
    }

    @Test
    void aWarmingListenerStartsWithItsPart() throws IOException {
        assertThat(next(62, Map.of(sockets.get(3).owner(), 10)))
                .isEqualTo(Map.of(0, 20L, 1, 20L, 2, 20L, 3, 2L));
    }

    /// The busy listener's turn would come only long after those whose turns a sampling replans.
    @Test
    void aStalledListenerLeavesThePlanEvenIfItsTurnIsFarOff() throws IOException {
        HeldSocket busy = sockets.get(1);
        for (HeldSocket socket : sockets) {
            socket.load().initialize(0);
            socket.load().record(0, 0, false, 0);
            socket.load().count(socket == busy ? 20 : 0, 0);
        }
        TrafficPlan plan = serving(sockets, Map.of());
        TableBuilder tableBuilder = tableBuilder();
        assertThat(tableBuilder.table(sockets, plan).places().indexOf(busy)).isBetween(50, 70);

        busy.load().record(0, 0, true, 5);
        assertThat(tableBuilder.replanned(sockets, plan))
                .hasValueSatisfying(table -> assertThat(table.places()).doesNotContain(busy));
        assertThat(tableBuilder.replanned(sockets, plan)).isEmpty();

        busy.load().record(0, 0, false, 10);
        assertThat(tableBuilder.replanned(sockets, plan))
                .hasValueSatisfying(table -> assertThat(table.places()).contains(busy));
    }
}
