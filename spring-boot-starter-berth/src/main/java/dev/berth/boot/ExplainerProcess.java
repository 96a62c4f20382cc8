package dev.berth.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Asks an explainer in a separate JVM, and waits no longer than a limit.
///
/// That JVM has native access, so that the application's JVM needs none and prints no warning. It
/// is the application's own Java if that is 25 or newer, or else the one in `BERTH_JAVA_HOME`, if
/// set. It takes about 60 MB while it runs, and is killed when the limit is over.
final class ExplainerProcess {
    private static final int FIRST_JAVA = 25;

    /// Variables that would change the explainer's JVM: agents, debuggers, memory.
    private static final List<String> JVM_VARIABLES =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private ExplainerProcess() {}

    /// Empty if there is no answer, for whatever reason.
    static Optional<ExplainerResult> ask(Question question, Duration limit) {
        Optional<Path> java = java(System.getenv()).filter(Files::isExecutable);
        return java.isEmpty() || !Files.isDirectory(Path.of("/proc/self"))
                ? Optional.empty()
                : ask(question, java.get(), System.nanoTime() + limit.toNanos());
    }

    private static Optional<ExplainerResult> ask(Question question, Path java, long deadlineNanos) {
        try (CodePath code = CodePath.ofBerth()) {
            Path answer = code.scratch().resolve("answer");
            Process process = start(command(java, code, question), answer);
            try {
                boolean ended = awaitEnd(process, deadlineNanos);
                return ended && process.exitValue() == 0
                        ? ExplainerResult.decode(Files.readString(answer, UTF_8))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException noProcess) {
            return Optional.empty();
        }
    }

    private static boolean awaitEnd(Process process, long deadlineNanos) {
        try {
            return process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Optional<Path> java(Map<String, String> environment) {
        Optional<String> home =
                Runtime.version().feature() >= FIRST_JAVA
                        ? Optional.ofNullable(System.getProperty("java.home"))
                        : Optional.ofNullable(environment.get("BERTH_JAVA_HOME"));
        return home.map(path -> Path.of(path, "bin", "java"));
    }

    private static Process start(List<String> command, Path output) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(output.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        JVM_VARIABLES.forEach(builder.environment()::remove);
        return builder.start();
    }

    private static List<String> command(Path java, CodePath code, Question question) {
        List<String> words = new ArrayList<>();
        words.add(java.toString());
        words.addAll(
                List.of(
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED"));
        // This decides what 0.0.0.0 means to the application.
        if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
            words.add("-Djava.net.preferIPv4Stack=true");
        }
        words.addAll(List.of("-cp", code.text(), ExplainerMain.class.getName()));
        words.addAll(question.encoded());
        return words;
    }
}
