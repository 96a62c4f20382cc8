package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessEntry;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The processes: a shell 10; its children are a master 20 with workers 21 and 22, a supervisor 30
/// with workers 31 and 32, and an unrelated process 40; init's children are 50 and 51.
class OwnerFamiliesTest {
    private static final Map<Integer, Integer> PARENTS =
            Map.of(10, 1, 20, 10, 21, 20, 22, 20, 30, 10, 31, 30, 32, 30, 40, 10, 50, 1, 51, 1);

    private final OwnerFamilies families = new OwnerFamilies(OwnerFamiliesTest::process);

    private static Optional<ProcessEntry> process(int pid) {
        return Optional.ofNullable(PARENTS.get(pid))
                .map(parent -> new ProcessEntry(pid, parent, 10, 1, "S", "server"));
    }

    private List<Long> foreign(PortSocket... members) {
        return families.foreign(List.of(members)).stream().map(PortSocket::inode).toList();
    }

    private static PortSocket member(int... pids) {
        Owner[] owners = new Owner[pids.length];
        for (int i = 0; i < pids.length; i++) {
            owners[i] = SocketRows.owner(pids[i]);
        }
        return SocketRows.listener("127.0.0.1:80", pids[pids.length - 1], owners);
    }

    @Test
    void workersOfOneMasterBelongTogether() {
        assertThat(foreign(member(21), member(22))).isEmpty();
        assertThat(foreign(member(20), member(21), member(22))).isEmpty();
    }

    @Test
    void unrelatedProcessFromTheSameShellIsForeign() {
        assertThat(foreign(member(21), member(22), member(40))).containsExactly(40L);
        assertThat(foreign(member(40), member(21), member(22))).containsExactly(40L);
    }

    @Test
    void unrelatedSiblingOfASupervisorThatHoldsItsWorkersSocketsIsForeign() {
        assertThat(foreign(member(30, 31), member(30, 32), member(40))).containsExactly(40L);
        assertThat(foreign(member(30, 31), member(40))).containsExactly(40L);
    }

    @Test
    void ofTwoEquallyLargeFamiliesTheFirstIsTheGroupsOwn() {
        assertThat(foreign(member(21), member(31))).containsExactly(31L);
        assertThat(foreign(member(31), member(21))).containsExactly(21L);
    }

    @Test
    void oneSharedOwnerJoinsTwoFamilies() {
        assertThat(foreign(member(21), member(31), member(21, 31))).isEmpty();
    }

    @Test
    void childrenOfInitBelongTogetherOnlyWithinAService() {
        assertThat(foreign(member(50), member(51))).containsExactly(51L);
        PortSocket first =
                SocketRows.listener("127.0.0.1:80", 50, SocketRows.owner(50, "web.service"));
        PortSocket second =
                SocketRows.listener("127.0.0.1:80", 51, SocketRows.owner(51, "web.service"));
        assertThat(foreign(first, second)).isEmpty();
    }

    @Test
    void memberWithoutKnownOwnerIsNotCalledForeign() {
        assertThat(foreign(member(21), SocketRows.listener("127.0.0.1:80", 99))).isEmpty();
    }
}
