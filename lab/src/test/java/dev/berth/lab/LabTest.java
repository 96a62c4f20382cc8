package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Capability;
import dev.berth.sys.Processes;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Collections;
import java.util.List;

@RequiresCapability(Capability.SYS_ADMIN)
class LabTest {
    private static final Lab LAB = Lab.here();

    private static ScenarioResult run(Lab lab, String steps) throws IOException {
        String head = "name = \"own\"\nclaim = \"c\"\n";
        return lab.run(ScenarioReader.read("own.toml", head + "step = [" + steps + "]"));
    }

    @Test
    void someChecksAgainstTheClaimMakeItPartlyTrue() throws IOException {
        String open = "{ op = \"open\", id = \"a\", address = \":{port}\", claim = true }";
        String again = "{ op = \"open\", id = \"b\", address = \":{port}\", claim = true }";
        assertThat(run(LAB, open).verdict()).isEqualTo(Verdict.HOLDS);
        ScenarioResult partly = run(LAB, open + ", " + again);
        assertThat(partly.verdict()).isEqualTo(Verdict.PARTLY);
        assertThat(partly.reason())
                .hasValueSatisfying(why -> assertThat(why).contains("got bind EADDRINUSE"));
        assertThat(partly.broken()).isFalse();
    }

    @Test
    void aFailedPreparationIsNoVerdictOnTheClaim() throws IOException {
        ScenarioResult result =
                run(
                        LAB,
                        "{ op = \"socket\", id = \"a\" }, { op = \"send\", id = \"a\", text = \"-\""
                            + " },{ op = \"open\", id = \"b\", address = \":{port}\", claim = true"
                            + " }");
        assertThat(result.verdict()).isEqualTo(Verdict.FAILS);
        assertThat(result.broken()).isTrue();
        assertThat(result.reason()).contains("set-up, line 3: main: send a text=-: got EPIPE");
    }

    @Test
    void aFailedWaitListsTheActualStates() throws IOException {
        ScenarioResult result =
                run(
                        LAB,
                        "{ op = \"open\", id = \"a\", address = \":{port}\" },{ op = \"wait\","
                            + " state = \"TIME_WAIT\", within = 1 },{ op = \"exit\", claim = true"
                            + " }");
        assertThat(result.reason().orElse("")).contains("got TIMEOUT, ").endsWith(", LISTEN 1");
    }

    @Test
    void descriptorsArePassedAndInherited() throws IOException {
        String head =
                "name = \"own\"\nclaim = \"c\"\nactor = [{ name = \"a\" }, { name = \"b\" }]\n";
        String steps =
                """
                step = [
                { actor = "a", op = "open", id = "s", address = "127.0.0.1:{port}" },
                { actor = "a", op = "pass", id = "s", to = "b", as = "t" },
                { actor = "a", op = "fork", child = "c", keep = ["s"] },
                { actor = "a", op = "kill" },
                { actor = "b", op = "connect", id = "x", address = "127.0.0.1:{port}" },
                { actor = "c", op = "accept", id = "s", as = "y", claim = true },
                { actor = "c", op = "exit" },
                { actor = "b", op = "connect", id = "z", address = "127.0.0.1:{port}" },
                { actor = "b", op = "accept", id = "t", as = "w", claim = true },
                { actor = "a", op = "exit", expect = "GONE", claim = true },
                ]\
                """;
        ScenarioResult result = LAB.run(ScenarioReader.read("own.toml", head + steps));
        assertThat(result.verdict()).as(result.toString()).isEqualTo(Verdict.HOLDS);
    }

    @Test
    void scenariosThatNobodyWantsAreNotRun() throws IOException {
        String text =
                """
                name = "later"
                claim = "-"
                needs = ["linux 999.0"]
                step = [{ op = "exit", claim = true }]
                """;
        Scenario later = ScenarioReader.read("later.toml", text);
        List<Scenario> many = Collections.nCopies(5, later);
        assertThat(LAB.run(many, _ -> true)).hasSize(5);
        assertThat(LAB.run(many, _ -> false)).hasSize(1);
    }

    @Test
    void cpuThatIsNotOursIsMissing() {
        HostFeatures host = HostFeatures.here();
        int here = Processes.cpu();
        assertThat(new Requirement("cpu " + here).missing(host)).isEmpty();
        assertThat(new Requirement("cpu 8191").missing(host))
                .contains("needs CPU 8191, which is not available here");
        assertThatThrownBy(() -> new Requirement("cpu x")).hasMessageContaining("unknown need");
    }
}
