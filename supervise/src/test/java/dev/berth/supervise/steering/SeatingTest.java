package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Steer;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Plans of least-loaded.
class SeatingTest {
    private static final GroupKey KEY =
            new GroupKey(Protocol.TCP, new SockAddr.Inet4(0, 8080), false, 0, false);

    private final List<HeldSocket> sockets =
            IntStream.range(0, 4).mapToObj(SeatingTest::socket).toList();

    /// With a descriptor that nobody uses.
    private static HeldSocket socket(int slot) {
        return new HeldSocket(new Fd(Integer.MAX_VALUE), slot, KEY, new WorkerId(slot, 1));
    }

    /// Who of four get the next connections, of whom the last is new: the others have got 600 each
    /// that nobody has counted since.
    private Map<Integer, Long> next(int count, Map<WorkerId, Integer> warming) throws IOException {
        for (HeldSocket old : sockets.subList(0, 3)) {
            old.load().begin(0);
            old.load().look(0, 0, false, 0);
            old.load().look(600, 0, false, 5);
        }
        Set<WorkerId> workers = sockets.stream().map(HeldSocket::owner).collect(Collectors.toSet());
        Action.Serve service = new Action.Serve(workers, Set.of(0, 1, 2, 3), Set.of(), warming);
        var rules = new Seating.Rules(new Policy.LeastLoaded(), service, Pinning.here());
        Table table = new Seating(Mechanism.find(Steer.DISPATCH)).table(sockets, rules);
        return table.places().stream()
                .limit(count)
                .collect(Collectors.groupingBy(s -> s.owner().slot(), Collectors.counting()));
    }

    @Test
    void aNewListenerDoesNotGetAllThatComeNext() throws IOException {
        assertThat(next(40, Map.of())).isEqualTo(Map.of(0, 10L, 1, 10L, 2, 10L, 3, 10L));
    }

    @Test
    void oneThatWarmsUpBeginsWithItsPart() throws IOException {
        assertThat(next(62, Map.of(sockets.get(3).owner(), 10)))
                .isEqualTo(Map.of(0, 20L, 1, 20L, 2, 20L, 3, 2L));
    }
}
