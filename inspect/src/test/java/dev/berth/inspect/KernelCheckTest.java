package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Capability;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

@ExtendWith(LeakCheck.class)
final class KernelCheckTest {
    private static final KernelCheck DIFFERED =
            new KernelCheck("1.2", KernelCheck.Agreement.DIFFERED, true, "h tcp: listen a");

    @TempDir private Path directory;

    private Path only() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("berth"))) {
            return files.reduce((_, _) -> directory).orElseThrow();
        }
    }

    @Test
    void resultIsReadBackAsWritten() {
        Path file = directory.resolve("berth/rules-1.2");
        assertThat(KernelCheckCache.write(file, DIFFERED)).isTrue();
        assertThat(KernelCheckCache.read(file, "1.2")).contains(DIFFERED);
    }

    @Test
    void fileOfAnotherFormIsIgnored() throws IOException {
        Path file = directory.resolve("rules");
        assertThat(KernelCheckCache.read(file, "1.2")).isEmpty();
        for (String text : List.of("", "x", "berth-rules 1\nMAYBE\nuids\n\n", "berth-rules 1\n")) {
            Files.writeString(file, text);
            assertThat(KernelCheckCache.read(file, "1.2")).as(text).isEmpty();
        }
        Files.write(file, new byte[] {-1, -2, -3});
        assertThat(KernelCheckCache.read(file, "1.2")).isEmpty();
    }

    @Test
    void directoryThatCannotBeWrittenIsNoFailure() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(KernelCheckCache.write(file.resolve("below"), DIFFERED)).isFalse();
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void replayAgreesHereAndIsDoneOnce() throws IOException {
        Map<String, String> environment = Map.of("XDG_CACHE_HOME", directory.toString());
        KernelCheck first = KernelCheck.here(environment);
        assertThat(first.verdict()).as(first.detail()).isEqualTo(KernelCheck.Agreement.AGREED);
        assertThat(first.uids()).isTrue();
        Path file = only();
        assertThat(file.getFileName()).hasToString("rules-" + first.release());
        KernelCheckCache.write(file, DIFFERED);
        assertThat(KernelCheck.here(environment).verdict())
                .as("the stored result is trusted")
                .isEqualTo(KernelCheck.Agreement.DIFFERED);
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void unusableHomeDoesNotStopIt() {
        Map<String, String> environment = Map.of("HOME", "/proc/nowhere");
        assertThat(KernelCheck.here(environment).verdict()).isEqualTo(KernelCheck.Agreement.AGREED);
    }

    private static Optional<KernelCheck> childReplay() {
        return Optional.of(KernelCheckChild.replay(KernelCheckCache.release()));
    }

    @Test
    @RequiresCapability(Capability.SYS_ADMIN)
    void childReplaysInItsOwnUserNamespace() {
        // A machine that is too slow for the product's limit says nothing about the kernel.
        KernelCheck check =
                Await.value(
                        Duration.ofMinutes(2),
                        () -> childReplay().filter(done -> !done.detail().contains("took more")),
                        () -> "no replay ended within its limit");
        assertThat(check.verdict()).as(check.detail()).isEqualTo(KernelCheck.Agreement.AGREED);
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void replayNeedsNoParticularSeed() {
        KernelCheck check = KernelCheck.replay("1.2", new SplittableRandom(3));
        assertThat(check.verdict()).as(check.detail()).isEqualTo(KernelCheck.Agreement.AGREED);
    }

    @Test
    void onlyAnAgreementWithAllUidsLeavesNoDoubt() {
        assertThat(DIFFERED.doubt().orElseThrow()).contains("h tcp: listen a");
        KernelCheck oneUid = new KernelCheck("6.8.0", KernelCheck.Agreement.AGREED, false, "");
        assertThat(oneUid.doubt()).isEmpty();
        assertThat(oneUid.doubtOfUids()).isPresent();
        assertThat(oneUid.showsBoundSockets()).isTrue();
        assertThat(DIFFERED.showsBoundSockets()).isFalse();
    }
}
