package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.net.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/// What the kernel remembers of earlier sockets, and the order in which it checks.
final class HistoryModelTest {
    /// The answers of the binds and listens, in order: `.` OK, `X` EADDRINUSE, `?` anything else.
    private static String answers(String history) {
        StringBuilder answers = new StringBuilder();
        for (Optional<String> answer : HistoryModel.predict(HistoryText.parse(history))) {
            answer.ifPresent(
                    text ->
                            answers.append(
                                    switch (text) {
                                        case "OK" -> '.';
                                        case "EADDRINUSE" -> 'X';
                                        default -> '?';
                                    }));
        }
        return answers.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "third socket is admitted by the record of the second | .....  | h tcp: socket a 4;"
                    + " bind a 0.0.0.0; listen a; socket b 6 v6only rp; bind b ::; listen b; socket"
                    + " c 6 rp; bind c ::",
                "without the second it is refused | ..X | h tcp: socket a 4; bind a 0.0.0.0; listen"
                        + " a; socket c 6 rp; bind c ::",
                "a bind without SO_REUSEPORT drops the record | ...X | h tcp: socket a 4 rp; bind a"
                    + " 127.0.0.1; listen a; set a rp=0; socket n 4; bind n 127.0.0.2; socket b 4"
                    + " rp; bind b 127.0.0.1",
                "the record outlives a cleared option | ...X | h tcp: socket a 4 rp; bind a"
                    + " 127.0.0.1; listen a; set a rp=0; socket b 4 rp; bind b 127.0.0.1; socket c"
                    + " 4 rp; bind c 0.0.0.0",
                "the record ends with the last socket | ..X | h tcp: socket a 4 rp; bind a 0.0.0.0;"
                        + " close a; socket b 4 rp; bind b 127.0.0.1; set b rp=0; socket c 4 rp;"
                        + " bind c 0.0.0.0",
                "the record is for one uid | ...X | h tcp: socket a 4 rp; bind a 127.0.0.1; listen"
                        + " a; set a rp=0; socket b 4 rp; bind b 127.0.0.1; close b; socket c 4 rp"
                        + " uid=1000; bind c 127.0.0.1",
                "second to listen fails | ...X | h tcp: socket a 4 ra; bind a 127.0.0.1; socket b"
                        + " 4 ra; bind b 127.0.0.1; listen b; listen a",
                "a listener that was shut down is only bound | .... | h tcp: socket a 4 ra; bind a"
                    + " 127.0.0.1; listen a; shutdown a; socket b 4 ra; bind b 127.0.0.1; listen b",
                "TIME_WAIT compares no uid | ... | h tcp: socket a 4 rp; bind a 127.0.0.1; listen"
                    + " a; connect c to a via 127.0.0.1 accept d; close d; close c; close a; socket"
                    + " b 4 rp uid=1000; bind b 127.0.0.1",
                "a connection does | ..X | h tcp: socket a 4 rp; bind a 127.0.0.1; listen a;"
                        + " connect c to a via 127.0.0.1 accept d; close a; socket b 4 rp uid=1000;"
                        + " bind b 127.0.0.1",
                "the client that closes first leaves nothing | ... | h tcp: socket a 4; bind a"
                    + " 127.0.0.1; listen a; connect c to a via 127.0.0.1 accept d; close c; close"
                    + " d; close a; socket b 4; bind b 127.0.0.1",
                "a program before listen() | ..X | h tcp: socket a 4 rp; attach a; bind a"
                        + " 127.0.0.1; socket b 4 rp; bind b 127.0.0.1; listen a",
                "UDP: the newest decides, for | ... | h udp: socket a 4; bind a 127.0.0.1; socket b"
                        + " 4 rp; bind b 127.0.0.2; socket c 4 rp; bind c 0.0.0.0",
                "UDP: and against | ..X | h udp: socket b 4 rp; bind b 127.0.0.2; socket a 4; bind"
                        + " a 127.0.0.1; socket c 4 rp; bind c 0.0.0.0",
                "UDP: IPv6 with SO_REUSEPORT comes last | ..X | h udp: socket a 6 rp; bind a ::1;"
                        + " socket b 6; bind b ::ffff:127.0.0.1; socket c 6 rp; bind c ::",
                "UDP: even if it is newest | ..X | h udp: socket b 6; bind b ::ffff:127.0.0.1;"
                        + " socket a 6 rp; bind a ::1; socket c 6 rp; bind c ::",
                "invalid addresses are distinguished | ??? | h tcp: socket a 4; bind a 10.9.8.7;"
                        + " socket b 6 v6only; bind b ::ffff:127.0.0.1; listen b",
            })
    void theKernelsMemoryIsModelled(String what, String expected, String history) {
        assertThat(answers(history)).as(what).isEqualTo(expected.strip());
    }

    /// With few sockets, the newest decides and admits it; with many, its own address is checked
    /// first and then the wildcards, of which one refuses.
    @Test
    void beyondTenUdpSocketsWildcardsAreCheckedToo() {
        assertThat(answers(crowd(5))).endsWith("..");
        assertThat(answers(crowd(12))).endsWith(".X");
    }

    private static String crowd(int sockets) {
        StringBuilder history = new StringBuilder("h udp: ");
        for (int i = 0; i < sockets; i++) {
            history.append("socket s%d 4 ra rp; bind s%d 127.0.0.2; ".formatted(i, i));
        }
        return history.append("socket w 4 rp; bind w 0.0.0.0; socket a 4 rp; bind a 127.0.0.1;")
                .append(" set w rp=0; socket n 4 rp; bind n 127.0.0.1")
                .toString();
    }

    @Test
    void textOfAHistoryIsReadBackTheSame() {
        HistoryGenerator generator = new HistoryGenerator(new SplittableRandom(7), true);
        for (int i = 0; i < 500; i++) {
            History history = generator.next(i % 2 == 0 ? Protocol.TCP : Protocol.UDP);
            assertThat(HistoryText.parse(history.toString())).isEqualTo(history);
        }
    }

    @Test
    void brokenTextNamesTheStep() {
        assertThatThrownBy(() -> HistoryText.parse("h tcp: socket a 4; bond a 127.0.0.1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a step: bond a 127.0.0.1");
    }

    /// If every pair allows it, the exact rules do too: a success predicted from outside is
    /// certain.
    @Test
    void pairwiseRuleNeverWronglyAllows() {
        HistoryGenerator generator = new HistoryGenerator(new SplittableRandom(11), true);
        int lenient = 0;
        for (int i = 0; i < 3000; i++) {
            Protocol protocol = i % 2 == 0 ? Protocol.TCP : Protocol.UDP;
            HistoryModel model = new HistoryModel(protocol);
            for (HistoryStep step : generator.next(protocol).steps()) {
                lenient += Pairs.check(protocol, model, step);
            }
        }
        assertThat(lenient).as("cases in which the kernel is more lenient").isPositive();
    }

    /// Compares the pairwise rule with the model.
    private static final class Pairs {
        /// 1 if every pair refuses but the model does not.
        static int check(Protocol protocol, HistoryModel model, HistoryStep step) {
            if (!(step instanceof HistoryStep.Bind bind) || model.onPort().contains(bind.id())) {
                model.next(step);
                return 0;
            }
            RuleSocket wanted = model.socket(bind.id()).withAddress(bind.address());
            List<RuleSocket> others = model.everyone();
            boolean pairs =
                    others.stream()
                            .allMatch(
                                    other -> PairwiseRule.judge(protocol, wanted, other).allowed());
            String answer = model.next(step).orElseThrow();
            if (pairs) {
                assertThat(answer).as("%s alongside %s", wanted, others).isNotEqualTo("EADDRINUSE");
            }
            boolean lenient = !pairs && answer.equals("OK");
            if (lenient) {
                assertThat(wanted.reuseport()).as("only SO_REUSEPORT gets in this way").isTrue();
            }
            return lenient ? 1 : 0;
        }
    }
}
