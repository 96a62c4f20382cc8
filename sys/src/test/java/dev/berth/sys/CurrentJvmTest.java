package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;

class CurrentJvmTest {
    @Test
    void javaIsTheProgramThatRunsThisTest() throws IOException {
        assertThat(CurrentJvm.java().toRealPath())
                .isEqualTo(Path.of("/proc/self/exe").toRealPath());
    }

    @Test
    void theCommandLineBeginsWithJavaAndHasItsOptions() throws IOException {
        assertThat(CurrentJvm.commandLine().getFirst()).endsWith("java");
        assertThat(CurrentJvm.commandLine()).anyMatch(word -> word.startsWith("-"));
    }
}
