package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The programs that run with the supervisor's privileges.
@RequiresRoot
class SystemProgramsTest {
    @TempDir Path first;
    @TempDir Path second;

    @BeforeEach
    void open() throws IOException {
        permit(first, "rwxr-xr-x");
        permit(second, "rwxr-xr-x");
    }

    private static Path permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        return path;
    }

    private static Path program(Path folder, String name) throws IOException {
        return permit(Files.createFile(folder.resolve(name)), "rwxr-xr-x");
    }

    private void assertFound(Path expected) {
        assertThat(SystemPrograms.find("setpriv", List.of(first, second))).contains(expected);
    }

    @Test
    void theFirstFolderWins() throws IOException {
        Path expected = program(first, "setpriv");
        program(second, "setpriv");
        assertFound(expected);
    }

    @Test
    void aFolderThatOthersCanWriteToIsSkipped() throws IOException {
        program(first, "setpriv");
        permit(first, "rwxrwxrwx");
        assertFound(program(second, "setpriv"));
    }

    @Test
    void aProgramThatOthersCanWriteToIsSkipped() throws IOException {
        permit(program(first, "setpriv"), "rwxrwxr-x");
        assertFound(program(second, "setpriv"));
    }

    @Test
    void aProgramOfAnotherUserIsSkippedEvenBehindALink() throws IOException {
        Path foreign = program(first, "foreign");
        Files.setAttribute(foreign, "unix:uid", 4321);
        Files.createSymbolicLink(first.resolve("setpriv"), foreign);
        assertFound(program(second, "setpriv"));
    }

    @Test
    void busyboxSetprivWhichCannotChangeUsersIsSkipped() throws IOException {
        Files.createSymbolicLink(first.resolve("setpriv"), program(first, "busybox"));
        assertFound(program(second, "setpriv"));
    }

    @Test
    void aMissingProgramIsNotFound() {
        assertThat(SystemPrograms.find("setpriv", List.of(first, second))).isEmpty();
    }
}
