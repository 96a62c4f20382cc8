package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.NetworkDevice;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

class MissingOwnerExplanationTest {
    private static final SocketRow HELD = SocketRows.row(TcpState.LISTEN, "127.0.0.1:80", 1);

    private static MissingOwnerExplanation with(
            int refused, boolean root, boolean hidden, boolean first) {
        return with(
                new MissingOwnerExplanation.ProcessVisibility(refused, root, root, hidden, first));
    }

    private static MissingOwnerExplanation with(MissingOwnerExplanation.ProcessVisibility sight) {
        return new MissingOwnerExplanation(sight, kernel(Set.of()), Optional::empty);
    }

    private static KernelSockets kernel(Set<String> threads, NetworkDevice... links) {
        return new KernelSockets(() -> List.of(links), () -> threads);
    }

    private static String sentence(
            MissingOwnerExplanation explanation, SocketRow row, CgroupPath made) {
        return explanation.of(row, true, made).sentence();
    }

    @ParameterizedTest
    @CsvSource({
        "SYN_RECV, handshake",
        "ESTABLISHED, not accepted yet",
        "CLOSE_WAIT, not accepted yet",
        "FIN_WAIT1, orphan",
        "LAST_ACK, orphan",
    })
    void socketsHeldOnlyByTheKernelAreExplainedByTheirState(TcpState state, String words) {
        SocketRow row = SocketRows.row(state, "127.0.0.1:80", 0);
        MissingOwnerExplanation explanation = with(3, false, true, false);
        assertThat(sentence(explanation, row, CgroupPath.NONE)).contains(words);
    }

    @Test
    void timeWaitAndOrphanWithATimerAreDistinguished() {
        var details =
                new SocketDetails(
                        OptionalInt.of(100), OptionalLong.empty(), Optional.empty(), Set.of());
        MissingOwnerExplanation explanation = with(0, true, false, true);
        assertThat(sentence(explanation, timed(TcpState.TIME_WAIT, details), CgroupPath.NONE))
                .startsWith("TIME_WAIT");
        assertThat(sentence(explanation, timed(TcpState.FIN_WAIT2, details), CgroupPath.NONE))
                .startsWith("orphan");
    }

    private static SocketRow timed(TcpState state, SocketDetails details) {
        return SocketRows.row(Protocol.TCP, state, "127.0.0.1:80", 0, 0, details);
    }

    @Test
    void missingPermissionIsNamedWithItsRemedyAndTheService() {
        CgroupPath made = CgroupPath.of("/system.slice/web.service");
        assertThat(sentence(with(7, false, false, true), HELD, made))
                .contains("no permission", "7 processes", "run as root", "created in web.service");
        assertThat(sentence(with(7, false, true, true), HELD, made)).contains("hidepid");
        assertThat(sentence(with(1, true, false, true), HELD, CgroupPath.NONE))
                .contains("1 process that even root cannot", "SCM_RIGHTS");
    }

    @Test
    void otherPidNamespaceIsPossibleOnlyWhereThereIsOneAbove() {
        assertThat(sentence(with(0, true, false, true), HELD, CgroupPath.NONE))
                .contains("closed meanwhile", "SCM_RIGHTS")
                .doesNotContain("pid namespace");
        assertThat(sentence(with(0, true, false, false), HELD, CgroupPath.NONE))
                .contains("another pid namespace");
    }

    @Test
    void rootWithoutTheRightToTraceIsReported() {
        MissingOwner missing =
                with(new MissingOwnerExplanation.ProcessVisibility(5, true, false, false, false))
                        .of(HELD, true, CgroupPath.NONE);
        assertThat(missing.kind()).isEqualTo(MissingOwner.Kind.HIDDEN);
        assertThat(missing.sentence()).contains("root lacks CAP_SYS_PTRACE", "5 processes");
        assertThat(with(1, true, false, true).of(HELD, true, CgroupPath.NONE).kind())
                .isEqualTo(MissingOwner.Kind.NOBODY);
    }

    @Test
    void descriptorsThatWaitToBeReceivedAreNamed() {
        var explanation =
                new MissingOwnerExplanation(
                        new MissingOwnerExplanation.ProcessVisibility(0, true, true, false, true),
                        kernel(Set.of()),
                        () -> Optional.of("pid 12 (courier), fd 5"));
        assertThat(sentence(explanation, HELD, CgroupPath.NONE))
                .contains("some are waiting to be received by pid 12 (courier), fd 5");
    }

    @Test
    void socketsOfTheKernelAreRecognisedByWhatUsesTheirPort() {
        NetworkDevice tunnel = new NetworkDevice(7, "vx0", "vxlan", OptionalInt.of(4789), 0, false);
        NetworkDevice guard =
                new NetworkDevice(8, "wg0", "wireguard", OptionalInt.empty(), 0, false);
        SocketRow vxlan =
                SocketRows.row(
                        Protocol.UDP, TcpState.CLOSE, "0.0.0.0:4789", 1, 0, SocketDetails.NONE);
        SocketRow other =
                SocketRows.row(
                        Protocol.UDP, TcpState.CLOSE, "0.0.0.0:51820", 1, 0, SocketDetails.NONE);
        KernelSockets sockets = kernel(Set.of("nfsd"), tunnel, guard);
        assertThat(sockets.of(vxlan, true).orElseThrow().sentence())
                .contains("ip -d link show vx0");
        assertThat(sockets.of(vxlan, false)).isEmpty();
        assertThat(sockets.of(other, true).orElseThrow().sentence()).contains("wg0", "wg show");
        SocketRow nfs = SocketRows.row(TcpState.LISTEN, "0.0.0.0:2049", 1);
        assertThat(sockets.of(nfs, true).orElseThrow().sentence()).contains("NFS server");
        assertThat(kernel(Set.of()).of(nfs, true)).isEmpty();
        assertThat(sockets.of(HELD, true)).isEmpty();
    }
}
