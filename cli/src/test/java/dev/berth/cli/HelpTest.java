package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.Terminal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

class HelpTest {
    private static Terminal window(int columns) {
        return terminal(OptionalInt.of(columns), Map.of("TERM", "xterm"));
    }

    private static Terminal terminal(OptionalInt columns, Map<String, String> environment) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
        return new Terminal(nowhere, nowhere, () -> columns, environment);
    }

    private static List<String> plain(String text) {
        return text.replaceAll("\033\\[[0-9;]*m", "").lines().toList();
    }

    @ParameterizedTest
    @EnumSource
    void noLineOfAPageIsLongerThanTheWindow(Verb verb) {
        for (int columns : new int[] {40, 55, 71, 72, 80}) {
            assertThat(plain(Help.of(verb, window(columns))))
                    .as("%d columns", columns)
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
        }
    }

    @Test
    void noLineOfTheOverviewIsLongerThanTheWindow() {
        for (int columns : new int[] {40, 60, 80}) {
            assertThat(plain(Help.overview(window(columns))))
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPageThatIsPipedIsAsWideAsColumnsSays(Verb verb) {
        Terminal pipe = terminal(OptionalInt.empty(), Map.of("COLUMNS", "40"));
        assertThat(Help.of(verb, pipe)).isEqualTo(Help.of(verb, window(40)));
        assertThat(Help.overview(pipe)).isEqualTo(Help.overview(window(40)));
    }

    @Test
    void anInvalidWidthIsIgnored() {
        Terminal pipe = terminal(OptionalInt.empty(), Map.of());
        for (String columns : List.of("", "0", "-1", "wide", "100000")) {
            Terminal odd = terminal(OptionalInt.empty(), Map.of("COLUMNS", columns));
            assertThat(Help.of(Verb.RUN, odd)).isEqualTo(Help.of(Verb.RUN, pipe));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80})
    void anExplanationAfterATermIsIndented(int columns) {
        assertThat(plain(Help.of(Verb.STEER, window(columns))))
                .contains("Examples:", "  berth steer web weighted:3=5%")
                .anyMatch(line -> line.startsWith("cpu           the worker on"))
                .anyMatch(line -> line.matches(" {14}[a-z].*"))
                .noneMatch(line -> line.startsWith("exactly") || line.startsWith("of the"));
    }

    @Test
    void inANarrowWindowDescriptionsAreBelowTheOptions() {
        assertThat(plain(Help.of(Verb.RUN, window(40))))
                .containsSubsequence(
                        "  COMMAND",
                        "      The command that each worker runs.",
                        "  --fd0",
                        "  -n, --workers=N",
                        "      How many workers, at most 256.",
                        "Examples:",
                        "      http.server 8080");
    }

    @Test
    void aWideWindowHasTwoColumns() {
        assertThat(plain(Help.of(Verb.RUN, window(80))))
                .anyMatch(line -> line.matches(" +-n, --workers=N {2,}How many workers.*"));
    }
}
