package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

class ExplanationTest {
    private static final SocketRow HELD = Rows.row(TcpState.LISTEN, "127.0.0.1:80", 1);

    @ParameterizedTest
    @CsvSource({
        "SYN_RECV, handshake",
        "ESTABLISHED, not accepted yet",
        "CLOSE_WAIT, not accepted yet",
        "FIN_WAIT1, orphan",
        "LAST_ACK, orphan",
    })
    void whatOnlyTheKernelHoldsIsExplainedByItsState(TcpState state, String words) {
        SocketRow row = Rows.row(state, "127.0.0.1:80", 0);
        Explanation explanation = new Explanation(3, false, true, false);
        assertThat(explanation.of(row, CgroupPath.NONE)).contains(words);
    }

    @Test
    void timeWaitAndOrphanWithATimerAreToldApart() {
        var details =
                new SocketDetails(
                        OptionalInt.of(100), OptionalLong.empty(), Optional.empty(), Set.of());
        Explanation explanation = new Explanation(0, true, false, true);
        assertThat(explanation.of(timed(TcpState.TIME_WAIT, details), CgroupPath.NONE))
                .startsWith("TIME_WAIT");
        assertThat(explanation.of(timed(TcpState.FIN_WAIT2, details), CgroupPath.NONE))
                .startsWith("orphan");
    }

    private static SocketRow timed(TcpState state, SocketDetails details) {
        return Rows.row(Protocol.TCP, state, "127.0.0.1:80", 0, 0, details);
    }

    @Test
    void missingPermissionIsNamedWithItsRemedyAndTheService() {
        CgroupPath made = CgroupPath.of("/system.slice/web.service");
        assertThat(new Explanation(7, false, false, true).of(HELD, made))
                .contains("no permission", "7 processes", "run as root", "made in web.service");
        assertThat(new Explanation(7, false, true, true).of(HELD, made)).contains("hidepid");
        assertThat(new Explanation(1, true, false, true).of(HELD, CgroupPath.NONE))
                .contains("1 process that even root may not", "SCM_RIGHTS");
    }

    @Test
    void otherPidNamespaceIsPossibleOnlyWhereThereIsOneAbove() {
        assertThat(new Explanation(0, true, false, true).of(HELD, CgroupPath.NONE))
                .contains("closed meanwhile", "SCM_RIGHTS")
                .doesNotContain("pid namespace");
        assertThat(new Explanation(0, true, false, false).of(HELD, CgroupPath.NONE))
                .contains("another pid namespace");
    }
}
