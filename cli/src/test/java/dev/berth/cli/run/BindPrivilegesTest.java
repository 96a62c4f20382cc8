package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.command.UsageException;
import dev.berth.sys.Capability;
import dev.berth.sys.FileCapabilities;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

class BindPrivilegesTest {
    private static final Optional<FilePrivileges> PLAIN =
            Optional.of(
                    new FilePrivileges(Path.of("/x"), Optional.empty(), Optional.empty(), false));
    private static final Optional<FilePrivileges> GRANTED =
            Optional.of(
                    new FilePrivileges(
                            Path.of("/x"),
                            Optional.of(
                                    new FileCapabilities(
                                            Set.of(Capability.NET_BIND_SERVICE), Set.of(), true)),
                            Optional.empty(),
                            false));
    private static final BindPrivileges.Own NOBODY =
            new BindPrivileges.Own(false, false, false, false, false);
    private static final BindPrivileges.Own ROOT =
            new BindPrivileges.Own(true, true, true, true, false);

    private static RunRequest request(String words) throws UsageException {
        return ServiceReader.read(new RunCommand().parser("run").parseArgs(words.split(" ")));
    }

    private static BindPrivileges rights(
            String words, Optional<FilePrivileges> program, BindPrivileges.Own own)
            throws UsageException {
        RunRequest request = request(words);
        return BindPrivileges.of(
                request.services().getFirst().spec().sockets(),
                request.user().isPresent(),
                program,
                own);
    }

    @Test
    void theSupervisorBindsForItsWorkersSoItsOwnRightsCount() throws UsageException {
        assertThat(rights("-p 80 x", GRANTED, NOBODY).lowPorts()).isFalse();
        assertThat(rights("-p 80 x", PLAIN, ROOT).lowPorts()).isTrue();
        assertThat(rights("-l :80 --user nobody x", PLAIN, ROOT).lowPorts()).isTrue();
    }

    @Test
    void aWorkerThatBindsForItselfNeedsItsOwnRights() throws UsageException {
        assertThat(rights("--adopt bind -l :80 x", PLAIN, NOBODY).lowPorts()).isFalse();
        assertThat(rights("--adopt bind -l :80 x", PLAIN, ROOT).lowPorts()).isTrue();
        assertThat(rights("--adopt bind -l :80 --user nobody x", PLAIN, ROOT).lowPorts()).isFalse();
        assertThat(rights("--adopt bind -l :80 --user nobody x", GRANTED, ROOT).lowPorts())
                .isTrue();
        var traces = new BindPrivileges.Own(false, false, false, true, false);
        BindPrivileges seen = rights("--adopt bind -l :80 x", GRANTED, traces);
        assertThat(seen.lowPorts()).isTrue();
        assertThat(seen.hidden()).isEmpty();
        var ambient = new BindPrivileges.Own(true, true, false, false, false);
        assertThat(rights("--adopt bind -l :80 x", PLAIN, ambient).lowPorts()).isTrue();
        var effective = new BindPrivileges.Own(true, false, false, false, false);
        assertThat(rights("--adopt bind -l :80 x", PLAIN, effective).lowPorts()).isFalse();
    }

    @Test
    void privilegesLostToTheFilterAreReported() throws UsageException {
        assertThat(rights("-p 8080 x", GRANTED, NOBODY).lost().orElseThrow())
                .startsWith("/x (cap_net_bind_service=ep) loses the privileges of its file")
                .contains("no_new_privs", "--adopt listen-fds");
        assertThat(rights("-p 8080 x", PLAIN, NOBODY).lost()).isEmpty();
        assertThat(rights("-p 8080 x", GRANTED, ROOT).lost()).isEmpty();
        assertThat(rights("--adopt listen-fds -p 8080 x", GRANTED, NOBODY).lost()).isEmpty();
        var denied = new BindPrivileges.Own(false, false, false, false, true);
        assertThat(rights("--adopt listen-fds -p 8080 x", GRANTED, denied).lost().orElseThrow())
                .contains("NoNewPrivileges=");
    }

    @Test
    void aWorkerThatCannotBeInspectedIsRefusedIfBerthMustFindItsSockets() throws UsageException {
        assertThat(rights("--adopt bind -l :80 x", GRANTED, NOBODY).hidden().orElseThrow())
                .contains("never find the sockets", "--user NAME");
        assertThat(rights("--adopt bind -l :80 x", PLAIN, NOBODY).hidden()).isEmpty();
        assertThat(rights("-l :80 x", GRANTED, NOBODY).hidden()).isEmpty();
    }

    @Test
    @RequiresRoot
    @RequiresProgram("setcap")
    void privilegesAreReadFromTheFileOrFromTheInterpreterOfAScript(@TempDir Path folder)
            throws Exception {
        Path program = Files.copy(Path.of("/bin/cat"), folder.resolve("program"));
        assertThat(FilePrivileges.of(program).any()).isFalse();
        String[] words = {"setcap", "cap_net_bind_service=+ep", program.toString()};
        try (ChildProcess setcap = ChildProcess.start(words)) {
            assertThat(setcap.awaitExit(Duration.ofSeconds(30))).isZero();
        }
        Path script = Files.writeString(folder.resolve("script"), "#!" + program + " -u\n");
        for (Path file : new Path[] {program, script}) {
            assertThat(FilePrivileges.of(file).lowPorts()).isTrue();
            assertThat(FilePrivileges.of(file)).hasToString(program + " (cap_net_bind_service=ep)");
        }
        Path su = Files.copy(Path.of("/bin/cat"), folder.resolve("su"));
        try (ChildProcess chmod = ChildProcess.start("chmod", "u+s", su.toString())) {
            assertThat(chmod.awaitExit(Duration.ofSeconds(30))).isZero();
        }
        assertThat(FilePrivileges.of(su)).hasToString(su + " (setuid, uid 0)");
        assertThat(FilePrivileges.of(su).lowPorts()).isTrue();
    }
}
