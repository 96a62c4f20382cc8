package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.Capture;
import dev.berth.cli.Verb;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Opens and closes a listener of this very process.
class OpenCloseTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// A user at a terminal who always gives the same answer.
    private record Answering(boolean possible, boolean given) implements Confirmation {}

    private int run(Verb verb, Confirmation confirmation, String... words) throws Exception {
        var stream = new PrintStream(out, true, UTF_8);
        var terminal = new Terminal(stream, stream, () -> OptionalInt.of(80), Map.of());
        Subcommand command =
                verb == Verb.OPEN
                        ? ShareCommand.open(confirmation)
                        : ShareCommand.close(confirmation);
        return command.run(command.parser(verb.word()).parseArgs(words), terminal);
    }

    private String out() {
        return out.toString(UTF_8).replaceAll("\\s+", " ");
    }

    private static boolean shared(ServerSocket server) throws Exception {
        return server.getOption(StandardSocketOptions.SO_REUSEPORT);
    }

    @Test
    void opensAndClosesAfterYesAndShowsTheProcess() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
            String port = String.valueOf(server.getLocalPort());
            var yes = new Answering(true, true);
            assertThat(run(Verb.OPEN, yes, port)).isZero();
            assertThat(shared(server)).isTrue();
            assertThat(out())
                    .contains("pid " + ProcessHandle.current().pid(), "SO_REUSEPORT will be set")
                    .contains("Do it? [y/N]", "and read back", "succeeds now");
            assertThat(run(Verb.OPEN, yes, port)).isZero();
            assertThat(out()).contains("nothing to do: SO_REUSEPORT is already set");
            assertThat(run(Verb.CLOSE, yes, "127.0.0.1:" + port)).isZero();
            assertThat(shared(server)).isFalse();
            assertThat(out()).contains("will be cleared", "fails now: EADDRINUSE; not certain");
        }
    }

    @Test
    void anythingButYesChangesNothing() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
            String port = String.valueOf(server.getLocalPort());
            assertThatThrownBy(() -> run(Verb.OPEN, new Answering(true, false), port))
                    .hasMessage("nothing was changed");
            assertThat(shared(server)).isFalse();
        }
    }

    @Test
    void withoutATerminalItNeedsYes() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
            String port = String.valueOf(server.getLocalPort());
            var nobody = new Answering(false, true);
            assertThatThrownBy(() -> run(Verb.OPEN, nobody, port))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("--yes");
            assertThatThrownBy(() -> run(Verb.OPEN, new Answering(true, true), port, "--json"))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("--json");
            assertThat(shared(server)).isFalse();
            assertThat(run(Verb.OPEN, nobody, port, "--yes", "--json")).isZero();
            JsonNode answer = new ObjectMapper().readTree(out.toString(UTF_8));
            assertThat(answer.propertyNames())
                    .startsWith("schema", "action", "target", "done", "changes");
            assertThat(answer.get("schema").asInt()).isEqualTo(1);
            assertThat(answer.get("done").asBoolean()).isTrue();
            assertThat(answer.get("changes").get(0).get("result").asString()).isEqualTo("done");
            assertThat(answer.get("checks").get(0).get("bind").asString()).isEqualTo("OK");
            assertThat(shared(server)).isTrue();
        }
    }

    @Test
    void anUnusedPortGivesOneLineAndFails() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
            port = server.getLocalPort();
        }
        for (String verb : List.of("open", "close")) {
            Capture answer = new Capture(verb, "" + port, "--yes");
            assertThat(answer.code).isEqualTo(1);
            assertThat(answer.err().lines()).hasSize(1);
            assertThat(answer.err()).contains("nobody is on tcp " + port);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "open | needs one port",
                "open 1 2 | needs one port",
                "open 0 | port 0",
                "open 70000 | the port must be a number",
                "open 127.0.0.1 | there is no port",
                "open 53 --udp | UDP needs --force",
                "close udp://127.0.0.1:53 --yes | UDP needs --force",
            })
    void badInputIsAUsageError(String words, String expected) {
        Capture answer = new Capture(words.strip().split(" "));
        assertThat(answer.code).isEqualTo(2);
        assertThat(answer.err()).contains(expected);
        assertThat(answer.out()).isEmpty();
    }
}
