package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.Capture;
import dev.berth.cli.command.Terminal;
import dev.berth.lab.Expectations;
import dev.berth.sys.Capability;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine.ParseResult;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/// What is reported about verdicts that differ from the recorded ones.
@RequiresCapability(Capability.SYS_ADMIN)
@ExtendWith(LeakCheck.class)
class LabNewsTest {
    private static final String SCENARIO = "second-bind";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// Runs the scenario, whose claim holds on every kernel, with other expectations, and returns
    /// the exit code.
    private int lab(Expectations expectations) throws Exception {
        var print = new PrintStream(out, true, UTF_8);
        var terminal = new Terminal(print, print, OptionalInt::empty, Map.of());
        var command = new LabCommand(() -> expectations);
        ParseResult parsed = command.parser("lab").parseArgs(SCENARIO);
        return command.run(parsed, terminal);
    }

    private static String kernel() {
        return Expectations.here().release().replaceFirst("(\\d+\\.\\d+).*", "$1");
    }

    private static Expectations recorded(String verdict) {
        String text = "[\"" + kernel() + "\"]\n" + SCENARIO + " = \"" + verdict + "\"\n";
        return Expectations.of(text, Expectations.here().release());
    }

    @Test
    void aVerdictThatDiffersFromTheRecordedOneIsReportedAndFails() throws Exception {
        assertThat(lab(recorded("partly"))).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .startsWith("holds    second-bind")
                .contains(
                        "changed: recorded on Linux " + kernel() + ": partly",
                        "1 holds; changed: 1");
    }

    @Test
    void aVerdictAsRecordedIsNotReportedAsChanged() throws Exception {
        assertThat(lab(recorded("holds"))).isZero();
        assertThat(out.toString(UTF_8)).doesNotContain("changed:", "nothing is recorded");
    }

    @Test
    void onAnUnknownKernelNoVerdictCountsAsChangedAndTheReportSaysSo() throws Exception {
        assertThat(lab(Expectations.of("[\"2.4\"]\nsecond-bind = \"fails\"\n", "99.1.0"))).isZero();
        assertThat(out.toString(UTF_8))
                .contains("on Linux 99.1.0: 1 holds; nothing is recorded for this kernel")
                .doesNotContain("changed:");
    }

    @Test
    void listIsAvailableAsJson() {
        var list = new Capture("lab", "second-bind", "--list", "--json");
        assertThat(list.out())
                .startsWith("{\"schema\":1,\"scenarios\":[{\"name\":\"second-bind\",\"claim\":");
        assertThat(list.code).isZero();
    }

    @Test
    void ownScenarioThatDoesNotHoldSaysWhyWithoutTerminalSequences(@TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("own.toml");
        Files.writeString(
                file,
                """
                name = "own"
                claim = "\\u001b[31mred"
                step = [{ op = "open", id = "a", address = "192.0.2.1:80", claim = true }]
                """);
        var lab = new Capture("lab", file.toString());
        assertThat(lab.code).isEqualTo(1);
        assertThat(lab.out())
                .startsWith("fails    own  ?[31mred")
                .contains("got bind EADDRNOTAVAIL", "-v shows what happened")
                .doesNotContain("\033");
    }

    @Test
    void fileThatIsNotTextIsReported(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("b.toml"), new byte[] {(byte) 0xff, (byte) 0xfe});
        var lab = new Capture("lab", file.toString());
        assertThat(lab.err()).contains("b.toml: not a text: it is not UTF-8");
        assertThat(lab.code).isEqualTo(2);
    }
}
