package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Tests the process of an actor with a `uid`.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram("setpriv")
class ActorTest {
    private static final int PATIENCE_MILLIS = (int) Duration.ofMinutes(3).toMillis();
    private static final int UID = 61_235;

    private static ActorProcess start(List<String> command) throws Exception {
        ActorProcess actor = ActorProcess.start(new ActorSpec("a", UID, ActorSpec.MAIN), command);
        assertThat(answer(actor)).as("it is ready").contains("OK");
        return actor;
    }

    private static Optional<String> answer(ActorProcess actor) throws Exception {
        return actor.answer(PATIENCE_MILLIS)
                .map(message -> StepResult.decode(message.fields()).result());
    }

    /// The distinct credentials of all threads.
    private static Set<String> credentials(int pid) throws IOException {
        Set<String> found = new HashSet<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads.toList()) {
                found.add(credentials(thread.resolve("status")));
            }
        }
        return found;
    }

    private static String credentials(Path status) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(status)) {
            if (line.matches("(Uid|Gid|Groups|CapPrm|CapEff|CapAmb):.*")) {
                lines.add(line.strip().replaceAll("\\s+", " "));
            }
        }
        return String.join(", ", lines);
    }

    private static String ofUser() {
        String four = " " + String.join(" ", Collections.nCopies(4, Integer.toString(UID)));
        String none = " 0000000000000000";
        return "Uid:%s, Gid:%s, Groups:, CapPrm:%s, CapEff:%s, CapAmb:%s"
                .formatted(four, four, none, none, none);
    }

    @Test
    void everyThreadRunsAsItsUserWithoutCapabilities() throws Exception {
        try (ActorProcess actor = start(Actors.command())) {
            assertThat(credentials(actor.pid())).containsExactly(ofUser());
        }
    }

    @Test
    void anActorThatItForksRunsAsTheSameUser() throws Exception {
        Fd[] ends = ActorChannel.pair();
        try (Fd other = ends[1];
                ActorProcess actor = start(Actors.command())) {
            Map<String, List<String>> fork =
                    Map.of(StepArguments.OP, List.of("fork"), "child", List.of("b"));
            actor.channel().send(fork, other.number());
            int pid =
                    actor.answer(PATIENCE_MILLIS)
                            .map(
                                    message ->
                                            StepResult.decode(message.fields())
                                                    .figures()
                                                    .get("pid"))
                            .orElseThrow()
                            .intValue();
            try (ActorProcess child = ActorProcess.forked(pid, ends[0])) {
                assertThat(answer(child)).as("it is ready").contains("OK");
                assertThat(credentials(pid)).containsExactly(ofUser());
            }
        }
    }

    @Test
    void itsUserNeedNotReadTheFolderOfTheClasses(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("closed.jar");
        try (Fd archive = ClassArchive.of(Actors.command())) {
            Files.copy(Path.of("/proc/self/fd/" + archive.number()), jar);
        }
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        List<String> command = new ArrayList<>(Actors.command());
        command.set(command.indexOf("-cp") + 1, jar.toString());
        try (ActorProcess actor = start(command)) {
            assertThat(credentials(actor.pid())).containsExactly(ofUser());
        }
    }

    @Test
    void theClassesThatAnActorInheritsCannotBeChanged() throws Exception {
        try (Fd archive = ClassArchive.of(Actors.command())) {
            String path = "/proc/self/fd/" + archive.number();
            try (Fd again = Fd.of("open", path, Descriptors.open(path, Descriptors.O_RDWR, 0))) {
                assertThat(Descriptors.write(again.number(), new byte[1], 0, 1)).isNegative();
            }
        }
    }
}
