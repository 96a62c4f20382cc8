package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.SpawnRequest;
import dev.berth.sys.User;
import dev.berth.sys.UserChange;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// A program that its permission bits close to a worker's user.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram("setpriv")
class UserAccessTest {
    private static final User USER = new User("user", 61_236, 61_236, "/", "/bin/sh", List.of());

    @TempDir Path folder;

    private SpawnRequest closed() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path program = Files.createFile(folder.resolve("program"));
        return new SpawnRequest(
                program.toString(), List.of("program"), List.of(), Path.of("/"), List.of(), true);
    }

    @Test
    void itIsReportedByName() throws Exception {
        UserAccess access = new UserAccess(UserChange.to(USER, "workers"));
        SpawnRequest request = closed();
        assertThatThrownBy(() -> access.check(request))
                .hasMessageContaining("user user is not permitted to execute " + request.file());
    }

    /// Like a file system that does not respond, for which every start would wait.
    @Test
    void aSlowTryIsNotRepeated(@TempDir Path open) throws Exception {
        Path tries = Files.createFile(open.resolve("tries"));
        Path shell = Files.writeString(open.resolve("sh"), SLOW.formatted(tries));
        for (Path path : List.of(open, tries, shell)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        var access = new UserAccess(UserChange.to(USER, "workers"), shell.toString());
        SpawnRequest request = closed();
        access.check(request);
        access.check(request);
        assertThat(Files.readAllLines(tries)).hasSizeLessThan(2);
    }

    private static final String SLOW = "#!/bin/sh\necho tried >>%s\nexec sleep 1000\n";
}
