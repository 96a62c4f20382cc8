package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/// The option and address grids that were observed on Linux 6.18, cell by cell.
final class PairwiseGridTest {
    /// Four blocks, one for each option of the older socket (none, RA, RP, both); within a block,
    /// the new socket's option in the same order. `X` refused, `.` admitted.
    @ParameterizedTest
    @CsvSource({
        "TCP, BOUND,      same, XXXX X.X. XX.. X...",
        "TCP, BOUND,      diff, XXXX X.X. XXXX X.X.",
        "TCP, LISTENING,  same, XXXX XXXX XX.. XX..",
        "TCP, LISTENING,  diff, XXXX XXXX XXXX XXXX",
        "TCP, CONNECTED,  same, XXXX X.X. XX.. X...",
        "TCP, CONNECTED,  diff, XXXX X.X. XXXX X.X.",
        "TCP, TIME_WAIT,  same, XXXX X.X. XX.. X...",
        "TCP, TIME_WAIT,  diff, XXXX X.X. XX.. X...",
        "UDP, BOUND,      same, XXXX X.X. XX.. X...",
        "UDP, BOUND,      diff, XXXX X.X. XXXX X.X.",
        "UDP, CONNECTED,  same, XXXX X.X. XX.. X...",
        "UDP, CONNECTED,  diff, XXXX X.X. XXXX X.X.",
    })
    void optionsOfBothDecideOnTheSameAddress(
            Protocol protocol, SocketStage stage, String uid, String expected) {
        RuleSocket base = RuleSocket.bound(Addresses.of("127.0.0.1", 0));
        RuleSocket wanted = base.withUid(uid.equals("same") ? 0 : 1000);
        StringBuilder grid = new StringBuilder();
        for (int old = 0; old < 4; old++) {
            for (int now = 0; now < 4; now++) {
                RuleSocket there = options(base.withStage(stage), old);
                PairwiseRule rule = PairwiseRule.judge(protocol, options(wanted, now), there);
                grid.append(rule.allowed() ? '.' : 'X');
            }
            grid.append(old < 3 ? " " : "");
        }
        assertThat(grid).hasToString(expected);
    }

    private static RuleSocket options(RuleSocket socket, int option) {
        return socket.withReuseaddr((option & 1) != 0).withReuseport((option & 2) != 0);
    }

    private static final List<String> ADDRESSES =
            List.of(
                    "0.0.0.0",
                    "127.0.0.1",
                    "127.0.0.2",
                    "::",
                    ":: 6only",
                    "::1",
                    "::1 6only",
                    "::ffff:127.0.0.1",
                    "::ffff:0.0.0.0");

    private static final List<String> OVERLAPS =
            List.of(
                    "XXXX...XX",
                    "XX.X...XX",
                    "X.XX....X",
                    "XXXXXXXXX",
                    "...XXXX..",
                    "...XXXX..",
                    "...XXXX..",
                    "XX.X...XX",
                    "XXXX...XX");

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void addressesOverlapAsObserved(Protocol protocol) {
        for (int old = 0; old < ADDRESSES.size(); old++) {
            StringBuilder row = new StringBuilder();
            for (String now : ADDRESSES) {
                RuleSocket there = at(ADDRESSES.get(old)).withStage(SocketStage.LISTENING);
                row.append(PairwiseRule.judge(protocol, at(now), there).allowed() ? '.' : 'X');
            }
            assertThat(row.toString()).as(ADDRESSES.get(old)).isEqualTo(OVERLAPS.get(old));
        }
    }

    private static RuleSocket at(String text) {
        String host = text.replace(" 6only", "");
        return RuleSocket.bound(Addresses.of(host, 0)).withV6only(!host.equals(text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, X", "0, 1, X", "1, 0, X", "1, 1, X", "1, 2, .", "2, 1, ."})
    void onlyTwoDifferentDevicesKeepApart(int old, int now, String expected) {
        RuleSocket socket = at("127.0.0.1");
        PairwiseRule rule =
                PairwiseRule.judge(Protocol.TCP, socket.withDevice(now), socket.withDevice(old));
        assertThat(rule.allowed()).isEqualTo(expected.equals("."));
        assertThat(rule == PairwiseRule.DIFFERENT_DEVICES).isEqualTo(expected.equals("."));
    }

    /// A connection of a dual-stack listener over IPv6 counts as 127.0.0.6 for plain IPv4.
    @ParameterizedTest
    @CsvSource({
        "TCP, false, 0.0.0.0,          X",
        "TCP, false, 127.0.0.1,        .",
        "TCP, false, 127.0.0.6,        .",
        "TCP, false, ::ffff:0.0.0.0,   .",
        "TCP, true,  0.0.0.0,          .",
        "UDP, false, 0.0.0.0,          X",
        "UDP, false, 127.0.0.6,        X",
        "UDP, false, 127.0.0.1,        .",
    })
    void dualStackConnectionIsInTheWayOfPlainInet4(
            Protocol protocol, boolean v6only, String host, String expected) {
        RuleSocket connection =
                at("::").withV6only(v6only)
                        .withStage(SocketStage.CONNECTED)
                        .withAddress(Addresses.of("::1", 0));
        PairwiseRule rule = PairwiseRule.judge(protocol, at(host), connection);
        assertThat(rule)
                .isEqualTo(
                        expected.equals("X")
                                ? PairwiseRule.CONNECTED_DUAL_STACK
                                : PairwiseRule.NO_OVERLAP);
    }

    @ParameterizedTest
    @CsvSource({
        "none, none, BOUND,     NEITHER",
        "none, ra,   BOUND,     NOT_SHARED_BY_IT",
        "rp,   none, LISTENING, NOT_SHARED_BY_YOU",
        "rp,   ra,   BOUND,     NO_COMMON_OPTION",
        "ra,   ra,   LISTENING, LISTENING",
        "ra,   both, LISTENING, REUSEPORT_MISSING",
        "ra,   ra,   BOUND,     BOTH_REUSEADDR",
        "rp,   both, LISTENING, BOTH_REUSEPORT",
    })
    void refusalNamesWhatIsMissing(
            String old, String now, SocketStage stage, PairwiseRule expected) {
        RuleSocket there = options(at("127.0.0.1"), number(old)).withStage(stage);
        RuleSocket wanted = options(at("127.0.0.1"), number(now));
        assertThat(PairwiseRule.judge(Protocol.TCP, wanted, there)).isEqualTo(expected);
    }

    private static int number(String option) {
        return List.of("none", "ra", "rp", "both").indexOf(option);
    }
}
