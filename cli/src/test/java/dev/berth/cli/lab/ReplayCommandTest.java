package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Capture;
import dev.berth.inspect.History;
import dev.berth.inspect.HistoryGenerator;
import dev.berth.net.Protocol;
import dev.berth.sys.Capability;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

@ExtendWith(LeakCheck.class)
final class ReplayCommandTest {
    /// Every op and field of the contract.
    private static final String WHOLE =
            """
            {"id":"h1","protocol":"tcp","steps":[\
            {"op":"socket","id":"a","family":4,"reuseaddr":false,"reuseport":true,"v6only":false,\
            "uid":0,"device":null},{"op":"bind","id":"a","address":"0.0.0.0"},\
            {"op":"listen","id":"a"},{"op":"set","id":"a","reuseport":false},\
            {"op":"connect","id":"c","to":"a","via":"127.0.0.1","accept":"d","accept_uid":0},\
            {"op":"shutdown","id":"a"},{"op":"close","id":"a"},\
            {"op":"socket","id":"b","family":4,"device":"lo"},\
            {"op":"bind","id":"b","address":"127.0.0.1"},{"op":"listen","id":"b"}]}\
            """;

    @TempDir private Path directory;

    private String file(String... lines) throws IOException {
        return Files.write(directory.resolve("histories"), List.of(lines)).toString();
    }

    private static String steps(String steps) {
        return "{\"id\":\"x\",\"protocol\":\"tcp\",\"steps\":[" + steps + "]}";
    }

    private static String socket(String more) {
        return "{\"op\":\"socket\",\"id\":\"a\",\"family\":4" + more + "}";
    }

    @Test
    void predictionAnswersEachStepWithoutTheKernel() throws IOException {
        var replay = new Capture("lab", "replay", file(WHOLE), "--predict", "--json");
        assertThat(replay.out())
                .isEqualTo(
                        """
                        {"id":"h1","steps":[{"op":"socket","predicted":null},\
                        {"op":"bind","predicted":"OK"},{"op":"listen","predicted":"OK"},\
                        {"op":"set","predicted":null},{"op":"connect","predicted":null},\
                        {"op":"shutdown","predicted":null},{"op":"close","predicted":null},\
                        {"op":"socket","predicted":null},\
                        {"op":"bind","predicted":"EADDRINUSE"},{"op":"listen","predicted":"EBADF"}]}
                        """);
        assertThat(replay.code).isZero();
    }

    @Test
    @RequiresCapability(Capability.SYS_ADMIN)
    void kernelAnswersNextToThePrediction() throws IOException {
        var replay = new Capture("lab", "replay", file(WHOLE), "--json");
        assertThat(replay.out())
                .contains("{\"op\":\"socket\",\"predicted\":null,\"kernel\":\"OK\"}")
                .contains("{\"op\":\"connect\",\"predicted\":null,\"kernel\":\"OK\"}")
                .contains(
                        "{\"op\":\"bind\",\"predicted\":\"EADDRINUSE\",\"kernel\":\"EADDRINUSE\"}")
                .contains("{\"op\":\"listen\",\"predicted\":\"EBADF\",\"kernel\":\"EBADF\"}");
        assertThat(replay.code).isZero();
    }

    @Test
    void badLineIsReportedAndTheOthersAreAnswered() throws IOException {
        String good = steps(socket(""));
        var replay = new Capture("lab", "replay", file(good, "{", "", good), "--predict", "--json");
        assertThat(replay.out().lines().toList())
                .hasSize(3)
                .first()
                .isEqualTo("{\"id\":\"x\",\"steps\":[{\"op\":\"socket\",\"predicted\":null}]}");
        assertThat(replay.out().lines().toList().get(1))
                .startsWith("{\"id\":null,\"error\":\"line 2: ");
        assertThat(replay.out().lines().toList().get(2)).startsWith("{\"id\":\"x\",\"steps\"");
        assertThat(replay.err()).startsWith("berth lab replay: line 2: column ");
        assertThat(replay.code).isEqualTo(2);
    }

    @Test
    void messagesSayWhatIsWrongAndWhere() throws IOException {
        wrong(steps("{\"op\":\"bond\",\"id\":\"a\"}"), "step 1 (bond): unknown op");
        wrong(steps(socket(",\"reusport\":true")), "step 1 (socket): unknown field \"reusport\"");
        wrong(steps("{\"op\":\"listen\",\"id\":\"a\"}"), "no earlier step made \"a\"");
        wrong(steps(socket(",\"uid\":\"0\"")), "\"uid\" must be a whole number, not \"0\"");
        wrong(
                steps(socket(",\"uid\":-1")),
                "\"uid\" must be a number from 0 to 4294967294, not -1");
        wrong(steps(socket(",\"reuseaddr\":1")), "\"reuseaddr\" must be true or false, not 1");
        wrong(steps(socket(",\"device\":\"eth0\"")), "\"device\" must be null or \"lo\"");
        wrong(steps("{\"op\":\"socket\",\"id\":\"a\"}"), "a socket needs a field \"family\"");
        wrong(steps("{\"id\":\"a\"}"), "step 1: a step needs a field \"op\"");
        wrong(steps("7"), "step 1: a step must be an object, not 7");
        wrong(steps(socket("") + "," + socket("")), "step 2 (socket): id \"a\" is already in use");
        wrong(
                steps(socket("") + ",{\"op\":\"bind\",\"id\":\"a\",\"address\":\"::1\"}"),
                "\"a\" is an IPv4 socket, but ::1 is an IPv6 address");
        wrong(
                steps(socket("") + ",{\"op\":\"bind\",\"id\":\"a\",\"address\":\"here\"}"),
                "\"address\": \"here\": names are not looked up");
        wrong(
                peer("\"family\":4", "0.0.0.0", "::1"),
                "\"a\" is an IPv4 socket, but ::1 is an IPv6");
        wrong(
                peer("\"family\":4", "0.0.0.0", "9.9.9.9"),
                "cannot reach 9.9.9.9: the only interface");
        wrong(peer("\"family\":6", "::1", "::ffff:127.0.0.1"), "bound to ::1, cannot reach");
        wrong(
                peer("\"family\":6,\"v6only\":true", "::", "::ffff:127.0.0.1"),
                "bound to ::, cannot reach ::ffff:127.0.0.1");
        wrong(peer("\"family\":4", "", "127.0.0.1"), "(peer): bind \"a\" first");
        wrong(
                "{\"id\":\"x\",\"protocol\":\"sctp\",\"steps\":[]}",
                "\"protocol\" must be tcp or udp");
        wrong("{\"protocol\":\"tcp\",\"steps\":[]}", "a history needs a field \"id\"");
        wrong("{\"id\":\"x\",\"id\":\"y\"}", "Duplicate");
        wrong("[]", "a history must be an object, not a list");
        wrong(steps("") + " {}", "more than one JSON value");
    }

    /// @param bound the address that it is bound to; empty for none
    private static String peer(String socket, String bound, String peer) {
        String bind = "{\"op\":\"bind\",\"id\":\"a\",\"address\":\"" + bound + "\"},";
        return steps(
                        "{\"op\":\"socket\",\"id\":\"a\","
                                + socket
                                + "},"
                                + (bound.isEmpty() ? "" : bind)
                                + "{\"op\":\"peer\",\"id\":\"a\",\"address\":\""
                                + peer
                                + "\"}")
                .replace("tcp", "udp");
    }

    private void wrong(String line, String message) throws IOException {
        var replay = new Capture("lab", "replay", file(line), "--predict");
        assertThat(replay.err()).as(line).contains("line 1: ").contains(message);
        assertThat(replay.code).as(line).isEqualTo(2);
    }

    @Test
    void closedNameMayBeUsedAgain() throws IOException {
        String line = steps(socket("") + ",{\"op\":\"close\",\"id\":\"a\"}," + socket(""));
        assertThat(new Capture("lab", "replay", file(line), "--predict").code).isZero();
    }

    @Test
    void historiesComeFromOneSource() throws IOException {
        assertThat(new Capture("lab", "replay").err()).contains("no histories: name a file");
        assertThat(new Capture("lab", "replay", file(WHOLE), "--corpus").code).isEqualTo(2);
        assertThat(new Capture("lab", "replay", "/nowhere").err()).contains("cannot read /nowhere");
    }

    @Test
    void printedHistoryIsReadAsTheSameHistory() throws BadHistoryException {
        var generator = new HistoryGenerator(new SplittableRandom(5), true);
        for (int i = 0; i < 400; i++) {
            History history = generator.next(Protocol.values()[i % 2]);
            String line = HistoryWriter.write(history, "a note");
            assertThat(HistoryReader.read(line)).as(line).isEqualTo(history);
        }
    }

    @Test
    void answersKeepTheOrderOfTheLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            lines.add(WHOLE.replace("h1", "h" + i));
        }
        var replay =
                new Capture(
                        "lab", "replay", file(lines.toArray(String[]::new)), "--predict", "--json");
        List<String> answers = replay.out().lines().toList();
        assertThat(answers).hasSize(700);
        for (int i = 0; i < 700; i++) {
            assertThat(answers.get(i)).startsWith("{\"id\":\"h" + i + "\",");
        }
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void corpusIsAsPredictedOnThisKernel() {
        var replay = new Capture("lab", "replay", "--corpus");
        assertThat(replay.code).as(replay.out() + replay.err()).isZero();
        assertThat(replay.out().lines().filter(line -> line.startsWith("equal    "))).hasSize(59);
        assertThat(replay.out()).endsWith("59 histories: 59 as predicted\n");
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void randomHistoriesAreAsPredictedOnThisKernel() {
        var replay = new Capture("lab", "replay", "--random", "600", "--json");
        assertThat(replay.code).as(replay.err()).isZero();
        assertThat(replay.out().lines()).hasSize(600);
    }

    @Test
    void overlongLineIsReportedAndTheOthersAreAnswered() throws IOException {
        String huge = "{\"id\":\"" + "x".repeat(2 * LineSource.MOST) + "\"}";
        var replay = new Capture("lab", "replay", file(huge, WHOLE), "--predict");
        assertThat(replay.err()).contains("line 1: longer than 262144 characters");
        assertThat(replay.out()).contains("predicts h1", "2 histories: 1 predicted, not run, 1 un");
        assertThat(replay.code).isEqualTo(2);
    }
}
