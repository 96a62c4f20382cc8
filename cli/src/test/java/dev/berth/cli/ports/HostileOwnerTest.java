package dev.berth.cli.ports;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.HostileText;
import dev.berth.cli.command.Terminal;
import dev.berth.inspect.Owner;
import dev.berth.inspect.OwnerProcess;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.ShareChange;
import dev.berth.inspect.SharePlan;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Sockets of a process with a malicious command line, user, unit and container, as printed by
/// `who`, `open` and `close`.
final class HostileOwnerTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    static List<String> samples() {
        return HostileText.samples();
    }

    private static PortSocket socket(String text) {
        var process = new OwnerProcess(43, text, text, Optional.of(text), Optional.of(text));
        return WhoSamples.listener("127.0.0.1:8080", true, new Owner(process, 6));
    }

    private static WhoNotes notes(String user) {
        return new WhoNotes(uid -> user, new WhoNotes.PortRange(32768, 60999));
    }

    private static PortReport report(String text) {
        return new PortReport(List.of(socket(text)), List.of(), List.of(text));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whoIsHarmless(String text) {
        for (OptionalInt columns : List.of(OptionalInt.empty(), OptionalInt.of(80))) {
            List<String> lines =
                    new WhoText(columns, true, true, notes(text), _ -> Optional.empty())
                            .lines(report(text), "nobody");
            HostileText.assertHarmless(String.join("\n", lines));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theJsonOfWhoIsValidAndKeepsTheText(String text) {
        WhoJson.write(report(text), out);

        assertThat(
                        HostileText.assertJson(bytes.toString(UTF_8))
                                .at("/sockets/0/owners/0/command")
                                .asString())
                .isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void openIsHarmless(String text) {
        PortSocket socket = socket(text);
        List<PortSocket> sockets = List.of(socket);
        var plan = new SharePlan(true, sockets, sockets, List.of(), List.of(), Optional.empty());
        var change = new ShareChange(socket, ShareChange.Result.FAILED, text);
        List<String> effects = new ShareEffects(text, plan).sentences();
        var result = new ShareResult(text, plan, effects, List.of(change), List.of());
        var terminal = new Terminal(out, out, OptionalInt::empty, Map.of());
        var rendered = new ShareText(OptionalInt.empty());

        rendered.plan(plan, effects).forEach(terminal::line);
        rendered.answer(result).forEach(terminal::line);

        HostileText.assertHarmless(bytes.toString(UTF_8));
        HostileText.assertJson(ShareJson.of(result));
    }
}
