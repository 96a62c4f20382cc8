package dev.berth.supervise.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class CommandLookupTest {
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

    @TempDir private Path directory;
    private Path script;

    @BeforeEach
    void write() throws IOException {
        script = Files.createFile(directory.resolve("my-own-script"));
    }

    private String find(String word, Map<String, String> environment) throws IOException {
        return CommandLookup.find(word, directory, environment).toString();
    }

    @Test
    void aNameIsLookedUpInTheWorkersPath() throws IOException {
        assertThat(find("sh", PATH)).isEqualTo("/usr/bin/sh");
        assertThat(find("sh", Map.of("PATH", "/nowhere:/bin"))).isEqualTo("/bin/sh");
        assertThatThrownBy(() -> find("no-such-program", PATH))
                .hasMessage(
                        "command not found: no-such-program; it is in no directory of PATH"
                                + " (/usr/bin:/bin): check the spelling, or give its path");
    }

    @Test
    void anEnvironmentWithoutPathUsesTheDefaultPath() throws IOException {
        assertThat(find("sh", Map.of())).isEqualTo("/usr/bin/sh");
    }

    @Test
    void anEmptyPathEntryIsTheWorkingDirectory() throws IOException {
        assertThat(script.toFile().setExecutable(true)).isTrue();
        for (String path : new String[] {":/usr/bin", "/usr/bin:", "/usr/bin::/bin", "."}) {
            assertThat(Path.of(find("my-own-script", Map.of("PATH", path))).normalize())
                    .as(path)
                    .isEqualTo(script);
        }
        assertThatThrownBy(() -> find("my-own-script", PATH))
                .hasMessageEndingWith("it is in the working directory: write ./my-own-script");
    }

    @Test
    void aPathIsRelativeToTheWorkingDirectoryAndUnchanged() throws IOException {
        assertThat(find("/bin/sh", PATH)).isEqualTo("/bin/sh");
        assertThatThrownBy(() -> find("./my-own-script", PATH))
                .hasMessageContaining("chmod +x ./my-own-script");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        assertThat(find("./my-own-script", PATH)).isEqualTo("./my-own-script");
        assertThatThrownBy(() -> find("./nothing", PATH))
                .hasMessage("command not found: there is no file ./nothing in " + directory);
    }

    @Test
    void anythingButAProgramIsReported() {
        assertThatThrownBy(() -> find("/", PATH)).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> find(" ", PATH)).hasMessageContaining("is empty");
    }
}
