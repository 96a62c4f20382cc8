package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class ClassArchiveTest {
    /// The command line of the distribution, whose folder that user may not be able to enter.
    @Test
    void anActorOfAnotherUserNeedsNoFileOfBerthsFolder() {
        List<String> command =
                List.of(
                        "/opt/java/bin/java",
                        "@/root/berth/jvm.options",
                        "-XX:AOTCache=/root/berth/berth.aot",
                        "-Dberth.home=/root/berth",
                        "-p",
                        "/root/berth/lib/sys.jar",
                        "-cp",
                        "/root/berth/lib/cli.jar:/root/berth/lib/lab.jar",
                        "-Xmx64m",
                        "dev.berth.lab.Actor");
        assertThat(ClassArchive.instead(command))
                .containsExactly(
                        "/opt/java/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dberth.home=/root/berth",
                        "-cp",
                        ClassArchive.PATH,
                        "-Xmx64m",
                        "dev.berth.lab.Actor");
    }
}
