package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class ScenarioReaderTest {
    private static final String HEAD = "name = \"x\"\nclaim = \"c\"\n";
    private static final String CLAIM =
            "{ op = \"open\", id = \"s\", address = \":{port}\", claim = true }";

    @Test
    void stepsActorsAndNeedsAreRead() throws ScenarioException {
        Scenario scenario =
                ScenarioReader.read(
                        "x.toml",
                        HEAD
                                + "needs = [\"ipv6\"]\n"
                                + "actor = [{ name = \"a\" }, { name = \"b\", uid = 1000 }]\n"
                                + "step = ["
                                + CLAIM
                                + ",\n"
                                + "{ actor = \"b\", op = \"wait\", port = \"{port+1}\", until ="
                                + " \"queue = 2\", expect = [\"OK\", \"rows = 1\"] } ]");
        assertThat(scenario.needs()).contains(new Requirement("ipv6"), Requirement.TWO_UIDS);
        assertThat(scenario.actors().getLast()).isEqualTo(new ActorSpec("b", 1000, "main"));
        assertThat(scenario.steps().getFirst().actor()).isEqualTo("a");
        ScenarioStep wait = scenario.steps().getLast();
        assertThat(wait.line()).isEqualTo(6);
        assertThat(wait.op())
                .isInstanceOfSatisfying(Op.Wait.class, op -> assertThat(op.port()).isEqualTo(8081));
        assertThat(wait.expect())
                .isEqualTo(List.of(new Expectation("OK"), new Expectation("rows = 1")));
    }

    @Test
    void aTextThatWouldBreakTheParserIsReportedToo() {
        assertThatThrownBy(() -> ScenarioReader.read("x.toml", "a = " + "[".repeat(100_000)))
                .isInstanceOf(ScenarioException.class)
                .hasMessageStartingWith("x.toml:1:37: nested too deeply: a scenario needs at most");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{ op = \"opne\" } | x.toml:3:11: unknown op \"opne\"; use one of socket,"
                        + " set,",
                "{ op = \"open\", id = \"s\" } | x.toml:3:9: op \"open\" needs address = …",
                "{ op = \"open\", id = \"s\", adress = \"1\" } | x.toml:3:34: op \"open\" has no"
                        + " key adress; use one of actor, address,",
                "{ op = \"bind\", id = \"s\", address = \"127.0.0.1\" } | x.toml:3:34:"
                        + " \"127.0.0.1\": there is no port; write for example",
                "{ op = \"open\", id = 5, address = \":1\" } | x.toml:3:24: id must be a text in"
                        + " quotes",
                "{ op = \"crowd\", id = \"c\", address = \":1\", count = 0 } | x.toml:3:51: count"
                        + " must be a number from 1 to 20000, not 0",
                "{ actor = \"z\", op = \"exit\" } | x.toml:3:11: there is no actor z; use one of"
                        + " main",
                "{ op = \"exit\" } | x.toml:1:1: no step carries the claim; set claim = true",
                "{ op = \"wait\", until = \"soon\", claim = true } | x.toml:3:24: until must be a"
                        + " comparison, as \"rows >= 1\"",
                "{ op = \"close\", id = \"b\" } | x.toml:3:25: no earlier step gave main a socket"
                        + " b",
                "{ op = \"serve\", id = [] } | x.toml:3:25: id must name at least one",
                "{ op = \"spread\", id = \"a\", address = \":1\", against = \"b\" } | x.toml:3:52:"
                        + " no earlier step gave main a socket b",
                "{ op = \"exit\", expect = \"lost = 0\" } | x.toml:3:24: nothing measures lost;"
                        + " available: STEP.FIGURE of an earlier step",
                "{ op = \"crowd\", id = \"c\", address = \":1\", expect = \"connected > x.rows\" }"
                        + " | x.toml:3:51: nothing measures x.rows; available: connected, refused,"
                        + " STEP.FIGURE",
                "{ op = \"exit\", expect = \"bind EADDRINUES\" } | x.toml:3:24: unknown error"
                        + " EADDRINUES",
                "{ op = \"exit\", name = \"a b\" } | x.toml:3:24: \"a b\" is not a valid name",
                "{ op = \"crowd\", id = \"c\", address = \":1\", from = \"127.0.0.1:65500\" } |"
                        + " x.toml:3:51: port 65500 leaves no room for 100 ports",
                "{ op = \"socket\", id = \"s\", join = \"300.1.1.1\" } | x.toml:3:36: join must be"
                        + " an IPv4 multicast group",
                "{ op = \"socket\", id = \"s\", rcvbuf = -2 } | x.toml:3:36: rcvbuf must be a"
                        + " number from -1",
                "3 | x.toml:3:1: step must be a list of tables; write [[step]] before each",
                "{ op = | x.toml:3:15: Unexpected",
            })
    void everyMistakeIsReportedWithItsPosition(String step, String message) {
        assertThatThrownBy(() -> ScenarioReader.read("x.toml", HEAD + "step = [" + step + "]"))
                .isInstanceOf(ScenarioException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void shippedScenariosAreReadable() {
        assertThat(Scenarios.shipped()).isNotEmpty().doesNotHaveDuplicates();
        assertThat(Scenarios.shipped()).allSatisfy(s -> assertThat(s.source()).isNotEmpty());
    }
}
