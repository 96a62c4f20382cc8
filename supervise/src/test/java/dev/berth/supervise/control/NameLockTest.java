package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.sys.FileStatus;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class NameLockTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path runtime;

    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

    private NameLock taken() throws IOException {
        NameLock lock = NameLock.prepare(runtime);
        lock.take("web", notes::add);
        return lock;
    }

    private ControlServer answering() throws IOException {
        Path socket = runtime.resolve("web").resolve(RuntimeDirectory.CONTROL);
        var done = new ControlResult(ControlResult.Kind.DONE, 0, "");
        return ControlServer.open(socket, (client, request, answer) -> done);
    }

    /// A descriptor such as a guard inherits.
    private static Fd inherited(NameLock lock) throws IOException {
        int copy = Descriptors.fcntl(lock.fd().number(), Descriptors.F_DUPFD_CLOEXEC, 3);
        return Fd.of("fcntl", "lock", copy);
    }

    @Test
    void theLockFileExistsWhileTheLockIsHeld() throws IOException {
        try (NameLock lock = taken()) {
            FileStatus own = FileStatus.of(lock.fd().number());
            Path file = runtime.resolve(".web.lock");
            FileStatus named = FileStatus.at(Descriptors.AT_FDCWD, file.toString());
            assertThat(named.isSameFile(own)).isTrue();
            assertThat(named.isWritableByOthers()).isFalse();
        }
        assertThat(runtime).isEmptyDirectory();
        assertThat(notes).isEmpty();
    }

    @Test
    void untilItHasANameNoFileIsVisible() throws IOException {
        try (NameLock lock = NameLock.prepare(runtime)) {
            assertThat(lock.fd().isOpen()).isTrue();
            assertThat(runtime).isEmptyDirectory();
        }
    }

    @Test
    void withoutUnnamedFilesItLeavesNothingEither() throws IOException {
        try (NameLock lock = NameLock.prepare(runtime, LIMIT, false)) {
            lock.take("web", notes::add);
            assertThat(lock.file("web")).exists();
        }
        assertThat(runtime).isEmptyDirectory();
    }

    @Test
    void aNameWhoseSupervisorAnswersIsTaken() throws IOException {
        try (NameLock first = taken();
                ControlServer server = answering();
                NameLock second = NameLock.prepare(runtime)) {
            assertThat(server).isNotNull();
            assertThatThrownBy(() -> second.take("web", notes::add))
                    .isInstanceOf(NameTakenException.class)
                    .hasMessageContaining(
                            "web is running already (pid " + ProcessHandle.current().pid());
            second.take("web-2", notes::add);
            assertThat(first.file("web")).exists();
            assertThat(first.file("web-2")).exists();
        }
        assertThat(runtime).isEmptyDirectory();
    }

    @Test
    void aSupervisorThatAnswersWithoutALockHasTheName() throws IOException {
        try (ControlServer server = answering();
                NameLock second = NameLock.prepare(runtime)) {
            assertThat(server).isNotNull();
            assertThatThrownBy(() -> second.take("web", notes::add))
                    .isInstanceOf(NameTakenException.class);
            assertThat(second.file("web")).doesNotExist();
        }
    }

    @Test
    void ofManyThatStartAtOnceOneGetsTheName() throws Exception {
        List<NameLock> winners = Collections.synchronizedList(new ArrayList<>());
        List<NameLock> losers = new ArrayList<>();
        List<Thread> starters = new ArrayList<>();
        // A killed supervisor's leftovers are in the way of all of them.
        Files.createFile(runtime.resolve(".web.lock"));
        for (int i = 0; i < 8; i++) {
            NameLock lock = NameLock.prepare(runtime, Duration.ofMillis(200), true);
            losers.add(lock);
            starters.add(Thread.ofPlatform().start(() -> start(lock, winners)));
        }
        for (Thread starter : starters) {
            starter.join();
        }
        losers.forEach(NameLock::close);
        assertThat(winners).hasSize(1);
        assertThat(runtime).isEmptyDirectory();
    }

    private void start(NameLock lock, List<NameLock> winners) {
        try {
            lock.take("web", notes::add);
            winners.add(lock);
        } catch (IOException late) {
            // Expected of all but one.
        }
    }

    @Test
    void anUnlockedFileIsReplaced() throws IOException {
        Files.writeString(runtime.resolve(".web.lock"), "4711\n");
        try (NameLock lock = taken()) {
            FileStatus own = FileStatus.of(lock.fd().number());
            Path file = lock.file("web");
            assertThat(FileStatus.at(Descriptors.AT_FDCWD, file.toString()).isSameFile(own))
                    .isTrue();
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void aLinkInItsPlaceIsNotFollowed() throws IOException {
        Path target = Files.createFile(runtime.resolve("target"));
        Files.createSymbolicLink(runtime.resolve(".web.lock"), target);
        try (NameLock lock = NameLock.prepare(runtime)) {
            assertThatThrownBy(() -> lock.take("web", notes::add)).hasMessageContaining("ELOOP");
        }
        assertThat(target).exists();
    }

    @Test
    void aProcessThatInheritedTheLockIsWaitedFor() throws Exception {
        NameLock first = taken();
        try (Fd guard = inherited(first)) {
            Files.writeString(first.file("web"), ProcessHandle.current().pid() + "\n");
            // Like a kill: nothing is released.
            first.fd().close();
            List<NameLock> got = Collections.synchronizedList(new ArrayList<>());
            Thread second =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            got.add(taken());
                                        } catch (IOException failed) {
                                            notes.add("failed: " + failed);
                                        }
                                    });
            Await.until(LIMIT, () -> !notes.isEmpty(), () -> "no note");
            assertThat(notes)
                    .singleElement()
                    .asString()
                    .contains("the name web is locked")
                    .contains("(pid " + ProcessHandle.current().pid() + ")")
                    .endsWith("waiting for it to finish");
            assertThat(got).isEmpty();
            Files.delete(first.file("web"));
            guard.close();
            second.join();
            got.forEach(NameLock::close);
            assertThat(got).hasSize(1);
        }
    }

    @Test
    void aProcessThatKeepsTheLockIsReported() throws Exception {
        NameLock first = taken();
        try (Fd guard = inherited(first);
                NameLock second = NameLock.prepare(runtime, Duration.ofMillis(100), true)) {
            assertThat(guard.isOpen()).isTrue();
            first.fd().close();
            assertThatThrownBy(() -> second.take("web", notes::add))
                    .hasMessageContaining("lsof " + first.file("web"))
                    .hasMessageContaining("another --name");
            assertThat(first.file("web")).exists();
        }
    }

    /// Each guard appends its pid; a thousand may have been killed and replaced.
    @Test
    void theLastOfAnyNumberOfGuardsIsReported() throws Exception {
        NameLock first = taken();
        try (Fd guard = inherited(first);
                NameLock second = NameLock.prepare(runtime, Duration.ofMillis(100), true)) {
            assertThat(guard.isOpen()).isTrue();
            String earlier = "4194304\n".repeat(1_000);
            Files.writeString(first.file("web"), earlier + ProcessHandle.current().pid() + "\n");
            first.fd().close();
            assertThatThrownBy(() -> second.take("web", notes::add))
                    .hasMessageContaining("(pid " + ProcessHandle.current().pid() + ")");
        }
    }
}
