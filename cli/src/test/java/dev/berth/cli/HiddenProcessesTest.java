package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.OtherUser;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/// What the commands say when this user cannot see everything.
@RequiresRoot
@RequiresProgram({"python3", "mount"})
class HiddenProcessesTest {
    private static final int NOBODY = OtherUser.NOBODY;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final String SERVER =
            "import socket,time\ns=socket.create_server(('127.0.0.1',0),backlog=7)\n"
                    + "print(s.getsockname()[1],flush=True)\ntime.sleep(60)";

    /// A program that runs as root and prints its port. A thread of the test's own process may
    /// inspect that process, whatever user it becomes.
    private static ChildProcess server(String name) throws Exception {
        return ChildProcess.start("python3", "-c", SERVER, name);
    }

    private static String port(ChildProcess server) {
        return server.awaitLine(line -> line.matches("[0-9]+"), LIMIT);
    }

    private static <T> T onThread(Callable<T> task) throws Exception {
        FutureTask<T> run = new FutureTask<>(task);
        Thread.ofPlatform().start(run).join();
        return run.get();
    }

    private static Capture asNobody(String... args) throws Exception {
        // Group 0 sees what hidepid hides.
        ErrnoException.check("setgroups", NOBODY, Processes.setgroups(new int[0]));
        ErrnoException.check("setresgid", NOBODY, Processes.setresgid(NOBODY, NOBODY, NOBODY));
        OtherUser.become(NOBODY);
        return new Capture(args);
    }

    private static void hideProcesses() throws Exception {
        ErrnoException.check("unshare", "mnt", Processes.unshare(Processes.CLONE_NEWNS));
        String mount = "mount --make-rprivate / && mount -t proc -o hidepid=2 proc /proc";
        try (ChildProcess child = ChildProcess.start("sh", "-c", mount)) {
            assertThat(child.awaitExit(LIMIT)).as(child.output().toString()).isZero();
        }
    }

    @Test
    void hiddenProcessesAreReportedAsHidden() throws Exception {
        try (ChildProcess server = server("one")) {
            String port = port(server);
            new Capture("who", port);
            Capture who =
                    onThread(
                            () -> {
                                hideProcesses();
                                return asNobody("who", port);
                            });
            assertThat(who.code).isZero();
            assertThat(who.err()).isEmpty();
            assertThat(who.out())
                    .contains("LISTEN 127.0.0.1:" + port, "hidden from you (hidepid); root sees");
        }
    }

    @Test
    void anotherUserSeesQueueStateAndUidAndWhatIsMissing() throws Exception {
        try (ChildProcess server = server("one")) {
            String port = port(server);
            new Capture("who", port, "--json");
            Capture who = onThread(() -> asNobody("who", port, "--json"));
            assertThat(who.code).isZero();
            assertThat(who.out())
                    .contains("\"state\":\"LISTEN\"", "\"uid\":0,\"user\":\"root\"", "\"inode\":")
                    .contains("\"queue\":0,\"backlog\":7,\"drops\":0", "\"why_no_owner\":")
                    .contains(
                            "\"unknown\":[\"owners, reuseaddr, reuseport, group of tcp 127.0.0.1:"
                                    + port)
                    .contains("run as root")
                    .doesNotContain("\"reuseport\":", "\"owners\":");
        }
    }

    @Test
    void aRouteIsNotCertainForAUserWhoMayNotReadThePacketRules() throws Exception {
        int free = FreePort.tcp();
        String[] words = {"route", "127.0.0.1:" + free, "--from", "127.0.0.1:5000"};
        new Capture(words);
        Capture route = onThread(() -> asNobody(words));
        assertThat(route.err()).isEmpty();
        assertThat(route.out()).contains("not certain: nobody listens", "reaches; that needs root");
    }

    @Test
    void aPortThatIsFreeHereMayBeTakenInInaccessibleNamespaces() throws Exception {
        String free = String.valueOf(FreePort.tcp());
        new Capture("who", free);
        Capture who = onThread(() -> asNobody("who", free));
        assertThat(who.out())
                .contains("nobody is on port " + free + " in this network namespace; others")
                .contains("berth who " + free + " --all-netns");
    }

    @Test
    void inaccessibleNamespacesAreNamed() throws Exception {
        new Capture("who", "--all-netns");
        Capture who = onThread(() -> asNobody("who", "--all-netns"));
        assertThat(who.err()).isEmpty();
        assertThat(who.out().replaceAll("\\s+", " "))
                .contains("sockets of other network namespaces: no permission to enter them");
    }

    @Test
    void inaccessibleProcessIsDistinguishedFromOneThatHasExited() throws Exception {
        try (ChildProcess server = server("one")) {
            port(server);
            String pid = "" + server.pid();
            new Capture("who", "--pid", pid);
            Capture refused = onThread(() -> asNobody("who", "--pid", pid));
            assertThat(refused.code).isEqualTo(1);
            assertThat(refused.out()).contains("no permission to inspect it");
        }
        var gone = new Capture("who", "--pid", "999999999");
        assertThat(gone.code).isEqualTo(1);
        assertThat(gone.out()).contains("pid 999999999: there is no such process");
    }

    @Test
    void theNameOfAProcessSendsNothingToTheTerminal() throws Exception {
        String evil = "\033]0;owned\007\033[2J\u009b31m\u202e\nfake";
        try (ChildProcess child = server(evil)) {
            String port = port(child);
            String[][] questions = {
                {"who", port},
                {"who", port, "--json"},
                {"why", "127.0.0.1:" + port},
                {"why", "127.0.0.1:" + port, "--json"},
                {"route", "127.0.0.1:" + port, "--from", "127.0.0.1:5"},
                {"route", "127.0.0.1:" + port, "--from", "127.0.0.1:5", "--json"},
            };
            for (String[] question : questions) {
                String out = new Capture(question).out();
                assertThat(out).contains(port).doesNotContainPattern("[\\p{Cc}\\p{Cf}&&[^\n]]");
                assertThat(out.lines()).as(out).noneMatch(line -> line.startsWith("fake"));
            }
        }
    }
}
