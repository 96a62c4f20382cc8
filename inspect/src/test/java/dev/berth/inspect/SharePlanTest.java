package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/// Plans for sockets that nobody opened.
final class SharePlanTest {
    private static final Owner SERVER = SocketRows.owner(12);

    private static PortSocket socket(TcpState state, long inode, Boolean reuseport, Owner... own) {
        return SocketRows.socket(
                SocketRows.row(state, "0.0.0.0:80", inode), Optional.ofNullable(reuseport), own);
    }

    private static SharePlan open(PortSocket... sockets) {
        return SharePlan.open(report(sockets));
    }

    private static PortReport report(PortSocket... sockets) {
        ReuseportGrouping.Result grouped =
                new ReuseportGrouping(new OwnerFamilies(_ -> Optional.empty()))
                        .of(List.of(sockets));
        return new PortReport(grouped.sockets(), grouped.groups(), List.of());
    }

    @Test
    void everythingThatItsProcessesHoldOnThePortIsOpened() {
        PortSocket listener = socket(TcpState.LISTEN, 1, false, SERVER);
        PortSocket silent = socket(TcpState.BOUND_INACTIVE, 2, false, SocketRows.owner(13));
        PortSocket connection = socket(TcpState.ESTABLISHED, 3, false, SERVER);
        SharePlan plan = open(listener, silent, connection);
        assertThat(plan.refusal()).isEmpty();
        assertThat(plan.changes()).containsExactly(listener, silent, connection);
        assertThat(plan.lasting()).isEmpty();
    }

    @Test
    void socketsThatAlreadyHaveTheOptionAreLeftAlone() {
        PortSocket one = socket(TcpState.LISTEN, 1, true, SERVER);
        SharePlan plan = open(one, socket(TcpState.ESTABLISHED, 2, true, SERVER));
        assertThat(plan.ports()).hasSize(1);
        assertThat(plan.changes()).isEmpty();
        assertThat(plan.lasting()).isEmpty();
    }

    @Test
    void connectionsOfOthersAndOfNobodyAreReportedAsLasting() {
        PortSocket client = socket(TcpState.ESTABLISHED, 2, false, SocketRows.owner(99));
        PortSocket queued = socket(TcpState.ESTABLISHED, 0, null);
        PortSocket request = socket(TcpState.SYN_RECV, 0, null);
        SharePlan plan = open(socket(TcpState.LISTEN, 1, false, SERVER), client, queued, request);
        assertThat(plan.changes()).hasSize(1);
        assertThat(plan.lasting()).containsExactly(client, queued);
    }

    @Test
    void socketThatCannotBeReadIsRefusedWithTheReason() {
        PortSocket hidden = socket(TcpState.LISTEN, 1, null, SERVER);
        assertThat(open(hidden).refusal().orElseThrow()).contains("pid 12", "no permission");
        PortSocket inferred = hidden.withOptions(hidden.options().withReuseportInferred(true));
        assertThat(open(inferred).refusal()).isPresent();
        assertThat(SharePlan.close(report(hidden), true).refusal()).isPresent();
    }

    @Test
    void supervisorOfBerthIsLeftAlone() {
        Owner berth =
                new Owner(
                        new OwnerProcess(
                                7,
                                "java -cp x dev.berth.cli.Main run -p 80",
                                "root",
                                Optional.empty(),
                                Optional.empty()),
                        9);
        PortSocket shared = socket(TcpState.LISTEN, 1, true, SERVER, berth);
        assertThat(open(shared).refusal().orElseThrow()).contains("supervisor (pid 7)");
        assertThat(SharePlan.close(report(shared), true).refusal()).isPresent();
    }

    @Test
    void groupOfSeveralIsClosedOnlyByForce() {
        PortReport report =
                report(
                        socket(TcpState.LISTEN, 1, true, SERVER),
                        socket(TcpState.LISTEN, 2, true, SocketRows.owner(13)));
        SharePlan plan = SharePlan.close(report, false);
        assertThat(plan.refusal().orElseThrow())
                .startsWith("2 sockets share it now")
                .contains("pid 12", "pid 13", "the last of them to join");
        SharePlan forced = SharePlan.close(report, true);
        assertThat(forced.refusal()).isEmpty();
        assertThat(forced.changes()).hasSize(2);
        assertThat(forced.shared()).hasSize(2);
    }

    @Test
    void loneListenerIsClosedWithItsConnections() {
        PortReport report =
                report(
                        socket(TcpState.LISTEN, 1, true, SERVER),
                        socket(TcpState.ESTABLISHED, 2, true, SERVER),
                        socket(TcpState.ESTABLISHED, 3, false, SERVER));
        SharePlan plan = SharePlan.close(report, false);
        assertThat(plan.refusal()).isEmpty();
        assertThat(plan.changes()).extracting(PortSocket::inode).containsExactly(1L, 2L);
        assertThat(plan.shared()).isEmpty();
    }
}
