package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.OtherUser;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// What a worker's user can do to the log of a supervisor that runs as root.
@RequiresRoot
@RequiresProgram("mkfifo")
@ExtendWith(LeakCheck.class)
class FileTargetTest {
    private static final int NOBODY = OtherUser.NOBODY;
    private static final int SOMEBODY = 12345;
    private static final String EVERYBODY = "rwxrwxrwx";
    private static final String WAY_OUT =
            "install -d -o root -g root -m 755 /var/log/berth, then --log /var/log/berth/FILE";

    @TempDir Path directory;

    private final List<String> complaints = new ArrayList<>();
    private Path logs;
    private Path log;
    private Path secret;

    @BeforeEach
    void makeFiles() throws IOException {
        logs = Files.createDirectory(directory.resolve("logs"));
        mode(logs, "rwxr-xr-x");
        log = logs.resolve("app.log");
        secret = Files.createFile(directory.resolve("secret"));
        mode(secret, "rw-------");
    }

    private RetryingTarget output() throws IOException {
        return new RetryingTarget("the log", new FileTarget(log), complaints::add);
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static void sticky(Path folder) throws IOException {
        Files.setAttribute(folder, "unix:mode", 01777);
    }

    private static void giveAway(Path path) throws IOException {
        giveTo(NOBODY, path);
    }

    private static void giveTo(int uid, Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    private void putLinkInItsPlace() throws IOException {
        Files.deleteIfExists(log);
        giveAway(Files.createSymbolicLink(log, secret));
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> new FileTarget(log).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining(WAY_OUT);
        assertThat(secret).isEmptyFile();
    }

    @Test
    void aLinkPutInPlaceOfADeletedLogIsNotFollowed() throws IOException {
        try (RetryingTarget output = output()) {
            output.write("before\n", "");
            giveAway(logs);
            putLinkInItsPlace();
            output.write("* * * * * root touch owned\n", "");
            output.reopen();
            output.write("again\n", "");
            assertThat(output.problem()).get().asString().contains(logs + " belongs to uid 65534");
        }
        assertThat(secret).isEmptyFile();
        assertThat(complaints.get(0)).contains("the log cannot be written", WAY_OUT);
        assertThat(complaints.get(1)).contains("cannot be reopened", "the old file stays in use");
    }

    @Test
    void aLinkPutInPlaceOfARenamedLogIsNotFollowedAndTheOldFileIsKept() throws IOException {
        Path old = logs.resolve("app.log.1");
        try (RetryingTarget output = output()) {
            Files.move(log, old);
            giveAway(logs);
            putLinkInItsPlace();
            output.reopen();
            output.write("after\n", "");
        }
        assertThat(secret).isEmptyFile();
        assertThat(old).hasContent("after\n");
        assertThat(complaints).singleElement().asString().contains("cannot be reopened", WAY_OUT);
    }

    @Test
    void aDirectoryOfAnotherUserIsRefusedWithAWayOut() throws IOException {
        giveAway(logs);
        assertRefused(logs + " belongs to uid 65534 (nobody)");
        assertThat(log).doesNotExist();
    }

    @Test
    void aDirectoryBelowOneOfAnotherUserIsRefused() throws IOException {
        Path inner = Files.createDirectory(logs.resolve("inner"));
        log = inner.resolve("app.log");
        giveAway(logs);
        assertRefused(logs + " belongs to uid 65534 (nobody)");
    }

    @Test
    void aWorldWritableDirectoryIsRefused() throws IOException {
        mode(logs, EVERYBODY);
        assertRefused("anybody may write to " + logs);
    }

    @Test
    void inAStickyDirectoryOnlyOwnFilesAreWritten() throws IOException {
        sticky(logs);
        output().close();
        output().close();
        giveAway(log);
        assertRefused(log + " belongs to uid 65534 (nobody)");
        putLinkInItsPlace();
        assertRefused(log + " is a link in a directory that others may write to");
        Files.delete(log);
        Files.createLink(log, secret);
        assertRefused(log + " has 2 names");
    }

    @Test
    @Timeout(60)
    void aFifoOfAnotherUserIsRefusedWithoutBlocking() throws Exception {
        sticky(logs);
        assertThat(new ProcessBuilder("mkfifo", log.toString()).start().waitFor()).isZero();
        giveAway(log);
        assertRefused(log + " belongs to uid 65534 (nobody)");
    }

    @Test
    void inAGroupWritableDirectoryALinkIsNotFollowed() throws IOException {
        mode(logs, "rwxrwxr-x");
        try (RetryingTarget output = output()) {
            output.write("before\n", "");
            putLinkInItsPlace();
            output.write("after\n", "");
            output.reopen();
        }
        assertThat(secret).isEmptyFile();
        assertThat(complaints.get(1)).contains("is a link in a directory that others may write to");
    }

    @Test
    void aDirectoryReplacedByALinkIsNotEntered() throws IOException {
        Path inner = Files.createDirectory(logs.resolve("inner"));
        log = inner.resolve("secret");
        mode(logs, "rwxrwxr-x");
        try (RetryingTarget output = output()) {
            Files.delete(log);
            Files.delete(inner);
            giveAway(Files.createSymbolicLink(inner, directory));
            output.write("after\n", "");
        }
        assertThat(secret).isEmptyFile();
        assertThat(complaints.get(0)).contains(inner + " is a link");
    }

    @Test
    void aLinkThatRootPutIntoItsOwnDirectoryIsFollowed() throws IOException {
        Path inner = Files.createDirectory(directory.resolve("data"));
        Files.createSymbolicLink(directory.resolve("way"), Path.of("logs/../data"));
        Files.createSymbolicLink(log, directory.resolve("way").resolve("real.log"));
        try (RetryingTarget output = output()) {
            output.write("one\n", "");
            output.reopen();
            output.write("two\n", "");
        }
        assertThat(inner.resolve("real.log")).hasContent("one\ntwo\n");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aFileThatLogrotateMadeForTheAppInADirectoryOfRootIsWritten() throws IOException {
        Path old = logs.resolve("app.log.1");
        try (RetryingTarget output = output()) {
            output.write("one\n", "");
            Files.move(log, old);
            giveAway(Files.createFile(log));
            output.reopen();
            output.write("two\n", "");
        }
        assertThat(old).hasContent("one\n");
        assertThat(log).hasContent("two\n");
        assertThat(complaints).isEmpty();
    }

    @Test
    void circularLinksAreAnError() throws IOException {
        Files.createSymbolicLink(log, log);
        assertThatThrownBy(() -> new FileTarget(log).close()).hasMessageContaining("ELOOP");
        log = logs;
        assertThatThrownBy(() -> new FileTarget(log).close()).hasMessageContaining("EISDIR");
    }

    @Test
    void devicesAndStandardStreamsAreWritten() throws IOException {
        for (String name : List.of("/dev/null", "/dev/stderr", "/proc/self/fd/2")) {
            try (FileTarget target = new FileTarget(Path.of(name))) {
                assertThat(target.write("\n".getBytes(UTF_8), 0)).isEqualTo(1);
                target.reopen();
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void asNobody(Step step) throws Exception {
        boolean done =
                OtherUser.call(
                        NOBODY,
                        () -> {
                            step.run();
                            return true;
                        });
        assertThat(done).isTrue();
    }

    @Test
    void anOrdinaryUserIsRedirectedOnlyByItsOwnLinks() throws Exception {
        mode(directory, "rwxr-xr-x");
        giveAway(logs);
        Path mine = logs.resolve("mine");
        asNobody(
                () -> {
                    try (RetryingTarget output = output()) {
                        Files.move(log, mine);
                        Files.createSymbolicLink(log, mine);
                        output.reopen();
                        output.write("one\n", "");
                    }
                });
        assertThat(mine).hasContent("one\n");
        assertThat(complaints).isEmpty();

        Files.delete(log);
        giveTo(SOMEBODY, Files.createSymbolicLink(log, mine));
        asNobody(
                () -> {
                    try (FileTarget target = new FileTarget(log)) {
                        assertThatThrownBy(target::reopen)
                                .hasMessageContaining(log + " is a link that belongs to uid 12345");
                    }
                });
    }

    /// In a directory that others may write to, the link is replaced after it was checked.
    @Test
    void anOrdinaryUserDoesNotFollowALinkThatReplacedItsOwn() throws Exception {
        mode(directory, EVERYBODY);
        giveAway(logs);
        Path mine = logs.resolve("mine");
        Path other = Files.createFile(directory.resolve("other"));
        giveAway(other);
        giveAway(Files.createSymbolicLink(log, mine));
        Path foreign = directory.resolve("foreign");
        giveTo(SOMEBODY, Files.createSymbolicLink(foreign, other));
        asNobody(
                () -> {
                    try (Fd fd = LogFile.follow(log, () -> exchange(foreign))) {
                        Descriptors.write(fd.number(), "one\n".getBytes(UTF_8), 0, 4);
                    }
                });
        assertThat(other).isEmptyFile();
        assertThat(mine).hasContent("one\n");
    }

    private void exchange(Path foreign) {
        try {
            if (Files.exists(foreign, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(foreign, log, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
