package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// `./mvnw` and `./berth` on a machine without Java, or with too old a Java: in a mount namespace
/// in which the usual places of a JDK are empty, with only a few tools in PATH.
class NoJavaIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final List<String> TOOLS =
            List.of("sh", "dirname", "basename", "readlink", "grep", "uname", "tr");
    private static final String EMPTY_PLACES =
            "for place in /usr/lib/jvm /usr/java /opt; do"
                    + " [ ! -d $place ] || mount -t tmpfs none $place; done; exec \"$@\"";

    @TempDir private Path temp;
    private Path bin;

    @BeforeEach
    void makeAPathOfFewTools() throws IOException {
        bin = Files.createDirectory(temp.toRealPath().resolve("bin"));
        for (String tool : TOOLS) {
            Path program = Path.of("/usr/bin", tool);
            tool(
                    tool,
                    "exec " + (Files.exists(program) ? "/usr" : "") + "/bin/" + tool + " \"$@\"");
        }
        tool("id", "echo 0");
    }

    private void tool(String name, String... lines) throws IOException {
        script(bin.resolve(name), lines);
    }

    private static void script(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Path java(String name, int version, String... programs) throws IOException {
        Path home = Files.createDirectory(temp.toRealPath().resolve(name));
        Files.createDirectory(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + ".0.1\"\n");
        for (String program : programs) {
            script(home.resolve("bin").resolve(program), "echo ran $0 \"$@\"");
        }
        return home;
    }

    private Result run(List<String> environment, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of("unshare", "-rm", "/bin/sh", "-c"));
        words.addAll(List.of(EMPTY_PLACES, "sh", "/usr/bin/env", "-i", "PATH=" + bin));
        words.addAll(environment);
        words.addAll(List.of(command));
        var builder = new ProcessBuilder(words).directory(ROOT.toFile()).redirectErrorStream(true);
        try (ChildProcess child = ChildProcess.start(builder)) {
            int code = child.awaitExit(LONG);
            return new Result(code, child.output());
        }
    }

    private record Result(int code, List<String> lines) {
        void isOneSentence() {
            assertThat(lines).hasSize(1);
            assertThat(code).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"./mvnw,JDK,JAVA_HOME", "./berth,Java,BERTH_JAVA_HOME"})
    void withoutAnyJavaItIsOneSentence(String command, String kind, String variable)
            throws Exception {
        Result result = run(List.of(), command, "verify");
        result.isOneSentence();
        assertThat(result.lines().getFirst())
                .isEqualTo(
                        "berth: needs a "
                                + kind
                                + " 25 or newer, but found none; install one from"
                                + " https://adoptium.net, or set "
                                + variable
                                + " to one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"./mvnw", "./berth"})
    void anOldJavaIsNamedOnceHoweverManyLinksLeadToIt(String command) throws Exception {
        Path old = java("old", 11, "java", "javac");
        Files.createSymbolicLink(bin.resolve("java"), old.resolve("bin/java"));
        Result result = run(List.of("JAVA_HOME=" + old), command, "verify");
        result.isOneSentence();
        assertThat(result.lines().getFirst()).contains(", but found Java 11 in " + old + "; ");
    }

    @Test
    void aJavaWithoutACompilerDoesNotBuild() throws Exception {
        Path runtime = java("runtime", 25, "java");
        Result result = run(List.of("JAVA_HOME=" + runtime), "./mvnw", "verify");
        result.isOneSentence();
        assertThat(result.lines().getFirst()).contains("found Java 25 (no javac) in " + runtime);
    }

    @ParameterizedTest
    @CsvSource({
        "dnf,    dnf install java-25-openjdk-devel",
        "apk,    apk add openjdk25",
        "pacman, pacman -S jdk-openjdk",
        "zypper, zypper install java-25-openjdk-devel"
    })
    void thePackageManagerThatIsThereIsNamed(String manager, String line) throws Exception {
        tool(manager);
        String install = "; install one: ";
        assertThat(run(List.of(), "./mvnw").lines().getFirst()).contains(install + line + ", or");
        tool("id", "echo 1000");
        assertThat(run(List.of(), "./berth").lines().getFirst()).contains(install + "sudo " + line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openjdk-25-jdk-headless", "temurin-25-jdk"})
    void aptPackagesAreNamedOnlyIfAptHasThem(String known) throws Exception {
        tool("apt-get");
        tool("apt-cache", "[ \"$2\" = " + known + " ] || exit 100", "echo Package: " + known);
        Result result = run(List.of(), "./mvnw", "verify");
        result.isOneSentence();
        assertThat(result.lines().getFirst()).contains("; install one: apt-get install " + known);
    }

    @Test
    void ifAptHasNoneTheInstructionsAreNamed() throws Exception {
        tool("apt-get");
        tool("apt-cache", "exit 100");
        Result result = run(List.of(), "./mvnw", "verify");
        result.isOneSentence();
        assertThat(result.lines().getFirst())
                .contains("https://adoptium.net/installation/linux/")
                .contains(
                        "apt has no JDK 25 here; if its lists are old, first run \"apt-get update");
    }

    @Test
    void mavenRunsOnANewJdkNextToAnOldOne() throws Exception {
        Path old = java("old", 17, "java", "javac");
        Files.createSymbolicLink(bin.resolve("java"), old.resolve("bin/java"));
        Path good = java("good", 25, "java", "javac");
        fakeMaven();
        assertThat(run(maven("JAVA25_HOME=" + good), "./mvnw", "a b").lines())
                .containsExactly("maven of " + good + ": a b");
        assertThat(run(maven("JAVA_HOME=" + good), "./mvnw").lines())
                .containsExactly("maven of " + good + ": ");
    }

    private List<String> maven(String java) {
        return List.of("MAVEN_USER_HOME=" + temp, java);
    }

    /// Puts a fake Maven where the wrapper keeps the one that it has downloaded.
    private void fakeMaven() throws IOException {
        var wrapper = new Properties();
        try (var in = Files.newInputStream(ROOT.resolve(".mvn/wrapper/maven-wrapper.properties"))) {
            wrapper.load(in);
        }
        String url = wrapper.getProperty("distributionUrl");
        String name = url.substring(url.lastIndexOf('/') + 1).replace("-bin.zip", "");
        Path home = temp.resolve("wrapper/dists").resolve(name);
        Path programs = home.resolve(Integer.toHexString(url.hashCode())).resolve("bin");
        Files.createDirectories(programs);
        script(programs.resolve("mvn"), "echo \"maven of $JAVA_HOME: $*\"");
    }
}
