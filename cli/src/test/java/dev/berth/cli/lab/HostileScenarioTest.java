package dev.berth.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.HostileText;
import dev.berth.cli.command.Terminal;
import dev.berth.lab.Expectations;
import dev.berth.lab.ScenarioResult;
import dev.berth.lab.Verdict;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A scenario from a foreign file: its words, and what arrives over its sockets, are malicious.
final class HostileScenarioTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, UTF_8);

    static List<String> samples() {
        return HostileText.samples();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void itsVerdictIsHarmless(String text) {
        var terminal = new Terminal(out, out, OptionalInt::empty, Map.of());
        var result =
                new ScenarioResult(
                        text,
                        text,
                        Verdict.FAILS,
                        List.of(text),
                        Optional.of(text),
                        List.of(),
                        true);
        var rendered = new LabText(terminal, Expectations.here(), true, List.of());

        rendered.show(result);
        rendered.summary(List.of(result));

        HostileText.assertHarmless(bytes.toString(UTF_8));
    }
}
