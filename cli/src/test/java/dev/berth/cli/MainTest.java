package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.command.Version;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class MainTest {
    @Test
    void versionIsThatOfTheBuild() throws IOException {
        var run = new Capture("--version");
        assertThat(run.code).isZero();
        assertThat(run.out()).isEqualTo("berth " + Version.TEXT + "\n");
        assertThat(Files.readString(Path.of("pom.xml")))
                .contains("<version>" + Version.TEXT + "</version>");
    }

    @Test
    void helpListsEveryCommand() {
        var run = new Capture("--help");
        assertThat(run.code).isZero();
        for (Verb verb : Verb.values()) {
            assertThat(run.out()).contains("  " + verb.word() + " ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCommandHasTheSamePageByHelpAndByOption(Verb verb) {
        String[] byHelp = ("help " + verb.word()).split(" ");
        var page = new Capture(byHelp);
        assertThat(page.code).isZero();
        assertThat(page.out()).contains("Usage: berth " + verb.word());
        String[] byOption = (verb.word() + " --help").split(" ");
        assertThat(new Capture(byOption).out()).isEqualTo(page.out());
    }

    @ParameterizedTest
    @CsvSource({"statsu,status", "rol,roll", "sotp,stop", "undrian,undrain", "docter,doctor"})
    void anUnknownCommandNamesTheNearestOne(String typed, String meant) {
        var run = new Capture(typed);
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err())
                .startsWith("berth: no such command: " + typed + " (did you mean " + meant + "?)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ps                    | status | berth status",
                "list                  | status | berth status",
                "restart app           | roll   | berth roll app",
                "reload app -- ./serve | roll   | berth roll app -- ./serve",
                "start -n 2 -- ./serve | run    | berth run -n 2 -- ./serve",
                "start app             | run    | berth run --name app -n 4 -- COMMAND",
                "start                 | run    | berth run -n 4 -- COMMAND",
                "up -d                 | run    | berth run -f berth.toml",
                "kill app              | stop   | berth stop app",
                "kill -9 8080          | who    | berth who 8080",
                "free 8080             | who    | berth who 8080",
                "down                  | stop   | berth stop",
                "statsu app --json     | status | berth status app --json",
                "help restart          | roll   | berth help roll"
            })
    void theVerbsOfOtherToolsLeadToTheMatchingCommand(String typed, String meant, String instead) {
        var run = new Capture(typed.split(" "));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err()).endsWith(" (did you mean " + meant + "?); try: " + instead + "\n");
    }

    @Test
    void aLineToCopyQuotesAWordThatHasBlanks() {
        assertThat(new Capture("start", "--", "sh", "-c", "echo 'a b'").err())
                .endsWith("try: berth run -- sh -c 'echo '\\''a b'\\'''\n");
    }

    @Test
    void askingForLogsSaysWhereTheOutputGoes() {
        assertThat(new Capture("logs", "app", "0").err())
                .isEqualTo(
                        "berth: no such command: logs; Berth keeps no logs: the output of the"
                                + " workers of app goes to wherever berth run was started (its"
                                + " terminal; under systemd: journalctl -u UNIT), or to FILE with"
                                + " berth run --log FILE\n");
    }

    @Test
    void noVerbOfOtherToolsIsAlsoACommand() {
        for (Verb verb : Verb.values()) {
            assertThat(OtherProcessManagers.words()).doesNotContain(verb.word());
        }
    }

    @Test
    void aWordLikeNoCommandGetsNoSuggestion() {
        assertThat(new Capture("xyzzyplugh").err()).doesNotContain("did you mean");
    }

    @Test
    void noCommandIsAUsageErrorWithTheOverview() {
        var run = new Capture();
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err()).contains("Usage: berth COMMAND");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run                          | no command to run",
                "run -p 0 -- x                | a port is a number from 1 to 65535",
                "run -p 70000 -- x            | a port is a number from 1 to 65535",
                "run -n 0 -- x                | the number of workers is a number from 1",
                "run --drain 10 -- x          | a duration is a number with a unit",
                "run --steer least-conn -- x  | available: hash, random, round-robin, cpu",
                "drain web 0 --shed | --shed applies to all slots",
                "run --steer weighted:1=x -- x | a weight is a number (2) or a share",
                "run --max-connections 0 -- x | a count is a number from 1",
                "steer                        | needs [NAME] and a policy: hash, random",
                "steer web least-conn         | unknown policy: \"least-conn\"; available: hash",
                "steer web x hash             | needs [NAME] and a policy",
                "drain --shed a b             | at most one NAME",
                "run --bpf magic -- x         | available: auto, ebpf, cbpf, none",
                "run --adopt x -- x           | available: seccomp, listen-fds, bind",
                "run --ready now -- x         | must be listen or notify",
                "run --stop-signal FOO -- x   | no such signal: FOO",
                "run --env X -- x             | --env is NAME=VALUE, not X",
                "run --name a/b -- x          | a name has 1 to 64 letters, digits",
                "run --fd0 -p 1 -- x          | --fd0 requires --adopt listen-fds",
                "run --adopt bind -- x        | needs an address or port to listen on",
                "run -l nonsense -- x         | there is no port",
                "run --probe ftp://x -- x     | a probe is an http:// URL",
                "run -p 80 --private 79 -n 2 -- x | port 80 is both shared and private",
                "run --private 65535 -n 2 -- x | would get port 65536",
                "run --nosuch -- x            | no such option: --nosuch",
                "run --nme x                  | no such option: --nme (did you mean --name?)",
                "run -p                       | --port needs a value: PORT",
                "run --fd0=yes -- x           | --fd0 takes no value",
                "run -n many -- x             | --workers: the number of workers is a number",
                "run -l :0 -- x               | --listen: a port is a number from 1 to 65535",
                "run --probe http:// -- x     | --probe: a probe is an http:// URL, such as",
                "demo -n 1000                 | --workers: the number of workers is a number",
                "doctor x y                   | unexpected argument: x y",
                "scale                        | the number of workers",
                "scale a b                    | the number of workers",
                "scale 0                      | at least one worker is needed; to stop all: berth"
                        + " stop",
                "scale web 257                | the number of workers is a number from 1 to 256",
                "drain x                      | the number of a slot",
                "roll a b                     | berth roll -- a b",
                "roll a --                    | no command after --",
                "status ../x                  | a name has 1 to 64 letters, digits",
                "status a b                   | at most one NAME"
            })
    void aWrongCommandLineGetsOneLineAndAHint(String line, String complaint) {
        var run = new Capture(line.split(" "));
        assertThat(run.code).as(run.err()).isEqualTo(2);
        String verb = line.split(" ")[0];
        assertThat(run.err().lines()).hasSize(2).last().isEqualTo("see: berth help " + verb);
        assertThat(run.err()).startsWith("berth " + verb + ": ").contains(complaint);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anEmptyWordIsShownInQuotes() {
        assertThat(new Capture("").err()).startsWith("berth: no such command: \"\";");
        assertThat(new Capture("run", "--", "").err())
                .startsWith("berth: the command to run is empty");
        assertThat(new Capture("roll", "--", "").err())
                .startsWith("berth roll: the command after -- is empty");
        assertThat(new Capture("run", "--name", "", "x").err()).contains("not \"\"");
        assertThat(new Capture("run", "-p", "", "x").err()).contains("65535, not \"\"");
        assertThat(new Capture("doctor", "").err()).contains("unexpected argument: \"\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab --html ", "lab --html=", "lab replay ", "run --log ", "run -f "})
    void anEmptyFileNameIsReported(String line) {
        var run = new Capture(line.split(" ", -1));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err()).contains("the name of the file is empty");
    }

    @Test
    void aStackTraceIsShownOnlyOnRequest() {
        assertThat(new Capture("nonsense").err()).doesNotContain("\tat ");
        assertThat(new Capture(Map.of("BERTH_DEBUG", "1"), "nonsense").err()).contains("\tat ");
    }
}
