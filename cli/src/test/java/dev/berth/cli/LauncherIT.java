package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.run.RunCommand;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/// `./berth` itself, in a copy of its folder whose path has a space, with a `java` that only prints
/// how it was called.
class LauncherIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir private Path temp;

    private Path home;
    private Path dist;

    @BeforeEach
    void copyWhatIsShipped() throws IOException {
        home = temp.toRealPath().resolve("a folder");
        dist = home.resolve("cli/target/dist");
        Files.createDirectories(dist);
        Files.copy(
                ROOT.resolve("berth"), home.resolve("berth"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectory(home.resolve("tools"));
        Files.copy(ROOT.resolve("tools/java.sh"), home.resolve("tools/java.sh"));
        Files.writeString(dist.resolve("jvm.options"), "");
        Files.writeString(
                dist.resolve("build.id"),
                "id=1234\n"
                        + "jvm=Maker 25.0.1+2 arch source\n"
                        + "modulepath=m.jar\n"
                        + "classpath=a.jar:b.jar\n"
                        + "labpath=lab.jar:lab-cli.jar\n");
        Files.writeString(dist.resolve("berth-1234.aot"), "");
        Files.writeString(dist.resolve("run-1234.aot"), "");
    }

    @Test
    void theBuiltFolderRunsWithNoEnvironmentAtAll() throws Exception {
        Result result = run(Map.of(), ROOT, ROOT.resolve("berth").toString(), "--version");
        assertThat(result.output()).startsWith("berth ");
        assertThat(result.exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "run"})
    void theBuildLeftACacheThatTheJvmAccepts(String verb) throws Exception {
        var environment = Map.of("BERTH_JAVA_OPTS", "-Xlog:aot=info", "BERTH_JAVA_HOME", ourJava());
        Result result = run(environment, ROOT, ROOT.resolve("berth").toString(), verb, "--help");
        assertThat(result.output()).contains("Using AOT-linked classes: true");
    }

    @Test
    void argumentsArriveUnchanged() throws Exception {
        Result result = launch(java("jdk", "25.0.1"), "run", "a b", "*", "", "$HOME");
        assertThat(result.output()).endsWith("[dev.berth.cli.Main][run][a b][*][][$HOME]\n");
    }

    @Test
    void onlyADispatcherGetsTheBetterCompiler() throws Exception {
        Path java = java("jdk", "25.0.1");
        String better = "[-XX:TieredStopAtLevel=4]";
        for (String words :
                List.of("--share dispatch -- x", "--share=dispatch x", "-f a.toml", "--file=a")) {
            String[] all = ("run -n 2 " + words).split(" ");
            assertThat(launch(java, all).output()).as(words).contains(better);
        }
        for (String words :
                List.of(
                        "run -n 2 x",
                        "run -- dispatch -f",
                        "who dispatch",
                        "run",
                        "run nginx -f x",
                        "run -p8080 --join nginx --share dispatch",
                        "run --name dispatch x",
                        "run --env -f=1 x",
                        "run --share group --name",
                        "run --share")) {
            String output = launch(java, words.split(" ")).output();
            assertThat(output).as(words).contains("dev.berth.cli.Main").doesNotContain(better);
        }
    }

    @Test
    void theLauncherKnowsWhichOptionsTakeNoValue() throws Exception {
        String launcher = Files.readString(home.resolve("berth"));
        Matcher list = Pattern.compile("(?m)^ +(--fd0 [^)]*)\\) ;;$").matcher(launcher);
        assertThat(list.find()).isTrue();
        Set<String> flags =
                new RunCommand()
                        .parser("run").getCommandSpec().options().stream()
                                .filter(option -> option.arity().max() == 0)
                                .flatMap(option -> Stream.of(option.names()))
                                .collect(Collectors.toSet());
        assertThat(list.group(1).split(" \\| ")).containsExactlyInAnyOrderElementsOf(flags);
    }

    @Test
    void jarsAreNamedByFullPath() throws Exception {
        Path lib = dist.resolve("lib");
        assertThat(launch(java("jdk", "25.0.1")).output())
                .contains("[-p][" + lib + "/m.jar][-cp][" + lib + "/a.jar:" + lib + "/b.jar]");
    }

    @Test
    void onlyTheVerbsOfTheLabHaveTheLabOnTheirClassPath() throws Exception {
        Path java = java("jdk", "25.0.1");
        String lib = dist.resolve("lib") + "/";
        String others = "[-cp][" + lib + "a.jar:" + lib + "b.jar";
        String lab = others + ":" + lib + "lab.jar:" + lib + "lab-cli.jar]";
        for (String words :
                List.of(
                        "lab",
                        "lab replay x",
                        "lab matrix",
                        "help lab replay",
                        "-h lab",
                        "--help lab")) {
            assertThat(launch(java, words.split(" ")).output()).as(words).contains(lab);
        }
        for (String words : List.of("", "run -- lab", "who lab", "status", "help", "--help")) {
            assertThat(launch(java, words.split(" ")).output()).as(words).contains(others + "]");
        }
    }

    @Test
    void theBuiltClassPathHasNoLab() throws Exception {
        Properties build = new Properties();
        try (var in = Files.newBufferedReader(ROOT.resolve("cli/target/dist/build.id"))) {
            build.load(in);
        }
        assertThat(jarsWith(build.getProperty("classpath"), "dev/berth/cli/Main.class")).hasSize(1);
        for (String lab :
                List.of("dev/berth/lab/Lab.class", "dev/berth/cli/lab/LabCommand.class")) {
            assertThat(jarsWith(build.getProperty("labpath"), lab)).hasSize(1);
            assertThat(jarsWith(build.getProperty("classpath"), lab)).isEmpty();
            assertThat(jarsWith(build.getProperty("modulepath"), lab)).isEmpty();
        }
    }

    /// The jars of this path that have this file.
    private static List<String> jarsWith(String path, String file) throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : path.split(":")) {
            Path jar = ROOT.resolve("cli/target/dist/lib").resolve(name);
            try (var zip = new ZipFile(jar.toFile())) {
                if (zip.getEntry(file) != null) {
                    found.add(name);
                }
            }
        }
        return found;
    }

    @Test
    void worksThroughALinkFromAnyFolder() throws Exception {
        Path elsewhere = Files.createDirectory(temp.resolve("else where"));
        Files.createSymbolicLink(elsewhere.resolve("b"), home.resolve("berth"));
        var environment = Map.of("BERTH_JAVA_HOME", java("jdk", "25.0.1").toString());
        assertThat(run(environment, elsewhere, "./b", "x").output())
                .contains("[-Dberth.home=" + home + "]")
                .endsWith("[x]\n");
    }

    @Test
    void inADeletedFolderRunIsRefusedButOtherCommandsWork() throws Exception {
        java("a folder/runtime", "25.0.1");
        String leave = "mkdir gone && cd gone && rmdir ../gone && exec '" + home + "/berth' ";
        assertThat(run(Map.of(), temp, "sh", "-c", leave + "status").output())
                .endsWith("[dev.berth.cli.Main][status]\n");
        Result result = run(Map.of(), temp, "sh", "-c", leave + "run x");
        assertThat(result.output()).contains("the current directory has been deleted");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void theCacheIsUsedByTheJvmThatMadeItOnly() throws Exception {
        String option = "-XX:AOTCache=" + dist + "/berth-1234.aot";
        assertThat(launch(java("same", "25.0.1")).output()).contains(option);
        assertThat(launch(java("newer", "25.0.2")).output()).doesNotContain("AOTCache");
    }

    @Test
    void runHasACacheOfItsOwn() throws Exception {
        assertThat(launch(java("jdk", "25.0.1"), "run", "x").output())
                .contains("-XX:AOTCache=" + dist + "/run-1234.aot");
    }

    @Test
    void aClosedStandardInputIsTreatedAsEmpty() throws Exception {
        Path java = java("jdk", "25.0.1");
        script(java.resolve("bin/java"), "readlink /proc/$$/fd/0\n");
        String closed = "exec '" + home + "/berth' x <&-";
        var environment = Map.of("BERTH_JAVA_HOME", java.toString(), "PATH", "/usr/bin:/bin");
        assertThat(run(environment, home, "/bin/sh", "-c", closed).output())
                .isEqualTo("/dev/null\n");
    }

    @Test
    void aMissingCacheIsNotNamed() throws Exception {
        Files.delete(dist.resolve("berth-1234.aot"));
        assertThat(launch(java("jdk", "25.0.1")).output()).doesNotContain("AOTCache");
    }

    @Test
    void anOldJavaThatWasAskedForIsRefused() throws Exception {
        Path old = java("old", "24.0.2");
        Result result = launch(old);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.output()).contains("BERTH_JAVA_HOME=" + old + " is not a Java 25");
    }

    @Test
    void anOldJavaHomeIsSkipped() throws Exception {
        Path bin = java("path", "26").resolve("bin");
        var environment =
                Map.of(
                        "JAVA_HOME",
                        java("old", "17.0.1").toString(),
                        "PATH",
                        bin + ":/usr/bin:/bin");
        assertThat(run(environment, home, "./berth", "x").output())
                .startsWith("[" + bin.resolve("java"));
    }

    @Test
    void aSufficientJavaHomeComesBeforeThePath() throws Exception {
        Path chosen = java("chosen", "25.0.1");
        Path bin = java("path", "26").resolve("bin");
        var environment = Map.of("JAVA_HOME", chosen.toString(), "PATH", bin + ":/usr/bin:/bin");
        assertThat(run(environment, home, "./berth", "x").output())
                .startsWith("[" + chosen.resolve("bin/java"));
    }

    @Test
    void aJavaInTheFolderComesBeforeJavaHome() throws Exception {
        java("a folder/runtime", "25.0.1");
        var environment = Map.of("JAVA_HOME", java("other", "26").toString());
        assertThat(run(environment, home, "./berth", "x").output())
                .startsWith("[" + home.resolve("runtime/bin/java"));
    }

    @Test
    void theOutputOfAFailedBuildIsShown() throws Exception {
        Files.delete(dist.resolve("build.id"));
        Files.writeString(home.resolve("pom.xml"), "");
        script(home.resolve("mvnw"), "echo what went wrong; exit 1\n");
        Result result = launch(java("jdk", "25.0.1"), "--version");
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.output()).contains("building Berth once").contains("what went wrong");
    }

    @Test
    void theOutputOfASuccessfulBuildIsNotShown() throws Exception {
        Path id = dist.resolve("build.id");
        Files.move(id, home.resolve("made.id"));
        Files.writeString(home.resolve("pom.xml"), "");
        script(home.resolve("mvnw"), "echo noise; cp made.id cli/target/dist/build.id\n");
        Result result = launch(java("jdk", "25.0.1"), "--version");
        assertThat(result.exit()).isZero();
        assertThat(result.output()).doesNotContain("noise").endsWith("[--version]\n");
    }

    private Result launch(Path java, String... arguments) throws Exception {
        String[] command =
                Stream.concat(Stream.of(home.resolve("berth").toString()), Stream.of(arguments))
                        .toArray(String[]::new);
        return run(Map.of("BERTH_JAVA_HOME", java.toString()), temp, command);
    }

    /// A Java home whose `java` prints its own path and arguments, each in brackets.
    private Path java(String name, String version) throws IOException {
        Path java = temp.toRealPath().resolve(name);
        Files.createDirectories(java.resolve("bin"));
        Files.writeString(
                java.resolve("release"),
                """
                IMPLEMENTOR="Maker"
                JAVA_RUNTIME_VERSION="%s+2"
                JAVA_VERSION="%s"
                OS_ARCH="arch"
                SOURCE="source\"\
                """
                        .formatted(version, version));
        script(java.resolve("bin/java"), "printf '[%s]' \"$0\" \"$@\"; echo\n");
        return java;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static String ourJava() {
        return System.getProperty("java.home");
    }

    private Result run(Map<String, String> environment, Path directory, String... command)
            throws Exception {
        Path output = Files.createTempFile(temp, "output", "");
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(output, UTF_8));
    }

    private record Result(int exit, String output) {}
}
