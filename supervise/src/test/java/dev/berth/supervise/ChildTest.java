package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.WorkerEnvironment;
import dev.berth.sys.User;
import dev.berth.testkit.Await;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a worker finds when it starts.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class ChildTest {
    private static final String LOOK =
            """
            import os
            print("PID %d" % os.getpid())
            print("SESSION %d %d" % (os.getsid(0), os.getpgrp()))
            names = [int(n) for n in os.listdir("/proc/self/fd")]
            print("FDS", sorted(n for n in names if os.path.exists("/proc/self/fd/%d" % n)))
            print("STDIN", os.readlink("/proc/self/fd/0"))
            for line in open("/proc/self/status"):
                if line[:3] == "Sig": print(line.strip().replace(":\\t", " "))
            print("CWD", os.getcwd())
            print("PWD", os.path.realpath("."))
            for name, value in sorted(os.environ.items()): print("ENV", name + "=" + value)
            print("DONE", flush=True)
            """;

    @Test
    void startsInASessionOfItsOwnWithThreeDescriptorsAndACleanSignalMask() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                        new SupervisorFixture.Setup().command(Programs.server(port, LOOK)))) {
            fixture.awaitReady();
            String pid = fixture.printed("PID ");
            assertThat(fixture.printed("SESSION ")).isEqualTo(pid + " " + pid);
            assertThat(fixture.printed("FDS ")).isEqualTo("[0, 1, 2]");
            assertThat(fixture.printed("STDIN ")).isEqualTo("/dev/null");
            assertThat(fixture.printed("SigBlk ")).isEqualTo("0000000000000000");
            // Python itself ignores PIPE and XFSZ.
            assertThat(Long.parseLong(fixture.printed("SigIgn "), 16) & ~0x1001000L).isZero();
            assertThat(fixture.pid(0)).isEqualTo(Integer.parseInt(pid));
        }
    }

    @Test
    void findsTheGivenVariablesInItsEnvironment() throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(
                                new Command(
                                        List.of(
                                                Programs.python(),
                                                "-c",
                                                LOOK + Programs.server(port),
                                                "{slot}/{generation}")))
                        .environment("COLOUR", "blue = 1");
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            fixture.printed("DONE");
            String name = fixture.runtime.getFileName().toString();
            assertThat(fixture.sink.printed())
                    .contains(
                            "0.1 ENV COLOUR=blue = 1",
                            "0.1 ENV BERTH_NAME=" + name,
                            "0.1 ENV BERTH_SLOT=0",
                            "0.1 ENV BERTH_GENERATION=1",
                            "0.1 ENV BERTH_WORKERS=1",
                            "0.1 ENV NOTIFY_SOCKET=" + fixture.runtime.resolve("notify-0.1"));
            assertThat(Files.readString(Path.of("/proc/" + fixture.pid(0) + "/cmdline")))
                    .endsWith("\0" + "0/1\0");
        }
    }

    @Test
    void variablesOfTheSupervisorsOwnManagerAreNotPassedOn() {
        List<String> words =
                new WorkerEnvironment(
                                new SupervisorFixture.Setup().plan(Path.of("/run/berth/web")),
                                java.util.Map.of(
                                        "NOTIFY_SOCKET", "/run/systemd/notify",
                                        "WATCHDOG_USEC", "1",
                                        "WATCHDOG_PID", "1",
                                        "LISTEN_FDS", "1",
                                        "LISTEN_PID", "1",
                                        "LISTEN_FDNAMES", "x",
                                        "LANG", "C",
                                        "BERTH_SLOT", "9"))
                        .of(
                                new WorkerId(2, 7),
                                new Command(List.of("env")),
                                4,
                                Optional.empty(),
                                java.util.Map.of());
        assertThat(words)
                .containsExactly(
                        "BERTH_GENERATION=7",
                        "BERTH_NAME=web",
                        "BERTH_SLOT=2",
                        "BERTH_WORKERS=4",
                        "LANG=C");
    }

    @Test
    void aWorkerOfAnotherUserGetsNoSessionVariables() {
        User user = new User("web", 4321, 4322, "/srv", "/bin/sh", List.of(4322));
        List<String> words =
                new WorkerEnvironment(
                                new SupervisorFixture.Setup()
                                        .user(Optional.of(user))
                                        .plan(Path.of("/run/berth/web")),
                                java.util.Map.of(
                                        "XDG_RUNTIME_DIR", "/run/user/0",
                                        "SSH_AUTH_SOCK", "/root/agent",
                                        "SUDO_COMMAND", "/usr/bin/berth",
                                        "DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/0/bus",
                                        "MAIL", "/var/mail/root",
                                        "INVOCATION_ID", "1",
                                        "JOURNAL_STREAM", "8:1",
                                        "LANG", "C"))
                        .of(
                                new WorkerId(0, 1),
                                new Command(List.of("env")),
                                1,
                                Optional.empty(),
                                java.util.Map.of());
        assertThat(words)
                .containsExactly(
                        "BERTH_GENERATION=1",
                        "BERTH_NAME=web",
                        "BERTH_SLOT=0",
                        "BERTH_WORKERS=1",
                        "HOME=/srv",
                        "LANG=C",
                        "LOGNAME=web",
                        "SHELL=/bin/sh",
                        "USER=web");
    }

    @Test
    void theSupervisorsOwnEnvironmentIsReadInFull() {
        assertThat(Env.system().variables()).containsAllEntriesOf(System.getenv());
    }

    @Test
    void aRuntimeDirectoryTooDeepForASocketStillWorks() throws Exception {
        Path top = SupervisorFixture.directory();
        Path deep = Files.createDirectories(top.resolve("x".repeat(60)).resolve("y".repeat(60)));
        int port = FreePort.tcp();
        RecordingSink sink = new RecordingSink();
        ServiceSpec spec =
                new SupervisorFixture.Setup().command(Programs.server(port, LOOK)).plan(deep);
        try (Supervisor supervisor =
                Supervisor.create(spec, sink, Env.system(), Optional.empty(), Optional.empty())) {
            Thread stopper =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Await.until(
                                                SupervisorFixture.LIMIT,
                                                () -> sink.said().toString().contains("is ready"),
                                                sink::toString);
                                        supervisor.ask(new Request.Stop());
                                    });
            assertThat(supervisor.run()).isZero();
            stopper.join();
        } finally {
            SupervisorFixture.delete(top);
        }
        assertThat(sink.printed()).noneMatch(line -> line.contains("NOTIFY_SOCKET"));
    }

    @Test
    void workingDirectoryIsResolvedAgainAtEachStart() throws Exception {
        int port = FreePort.tcp();
        Path releases = SupervisorFixture.directory();
        Path one = Files.createDirectory(releases.resolve("one"));
        Path two = Files.createDirectory(releases.resolve("two"));
        Path current = Files.createSymbolicLink(releases.resolve("current"), one);
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.server(port, LOOK))
                        .directory(current);
        try (SupervisorFixture fixture = SupervisorFixture.start(setup)) {
            fixture.awaitReady();
            assertThat(fixture.printed("0.1 CWD ")).isEqualTo(one.toString());
            Files.delete(current);
            Files.createSymbolicLink(current, two);
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            assertThat(fixture.printed("0.2 CWD ")).isEqualTo(two.toString());
        } finally {
            SupervisorFixture.delete(releases);
        }
    }

    @Test
    void aMissingCommandEndsTheFirstStartWithAMessage() throws Exception {
        try (SupervisorFixture fixture =
                SupervisorFixture.start(
                        new SupervisorFixture.Setup()
                                .command(new Command(List.of("no-such-thing"))))) {
            assertThat(fixture.exit()).isEqualTo(1);
            fixture.said("command not found: no-such-thing");
        }
    }

    @Test
    void theFailureOfAStartIncludesItsLastOutput() throws Exception {
        Command command =
                Programs.shell(
                        "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo w$i; done;"
                                + " printf 'no port today' >&2; exit 3");
        try (SupervisorFixture fixture =
                SupervisorFixture.start(new SupervisorFixture.Setup().command(command))) {
            assertThat(fixture.exit()).isEqualTo(1);
            String last =
                    fixture.sink.said().stream()
                            .filter(text -> text.contains("exit 3"))
                            .findFirst()
                            .orElseThrow();
            assertThat(last).contains("no port today", "w12").doesNotContain("w1\n", "w2\n");
        }
    }
}
