package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.AcceptWaiters;
import dev.berth.net.AcceptWaiters.WaitState;
import dev.berth.testkit.Await;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// Real processes, some of which wait for a connection.
@RequiresProgram("python3")
class AcceptWaitersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String LISTENS =
            """
            import os, select, socket, time
            s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
            other = os.pipe()[0]
            print(os.fstat(s.fileno()).st_ino, flush=True)
            """;

    private static void afterwards(String rest, WaitState expected) throws Exception {
        Process child = new ProcessBuilder("python3", "-c", LISTENS + rest).start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(child.getInputStream()))) {
            Set<Long> listener = Set.of(Long.parseLong(out.readLine()));
            List<Integer> pids = List.of((int) child.pid());
            Await.until(
                    PATIENCE,
                    () -> AcceptWaiters.check(pids, listener) == expected,
                    () -> "after " + rest + ": " + AcceptWaiters.check(pids, listener));
            assertThat(AcceptWaiters.check(pids, Set.of(1L))).isEqualTo(WaitState.NONE);
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s.accept()",
                "select.select([other, s], [], [])",
                "p = select.poll(); p.register(other, 1); p.register(s, 1); p.poll()",
                "e = select.epoll(); e.register(other, 1); e.register(s, 1); e.poll()",
                "e = select.epoll(); e.register(s, 1); o = select.epoll(); o.register(e, 1);"
                        + " o.poll()",
                "import threading; threading.Thread(target=s.accept).start(); time.sleep(600)"
            })
    void aProcessWaitingForAConnectionIsDetected(String waits) throws Exception {
        afterwards(waits, WaitState.WAITS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "time.sleep(600)",
                "select.select([other], [], [])",
                "e = select.epoll(); e.register(other, 1); e.poll()",
                "e = select.epoll(); e.register(s, 4); e.poll()"
            })
    void aProcessWaitingForSomethingElseIsNotAnAcceptor(String waits) throws Exception {
        afterwards(waits, WaitState.NONE);
    }

    @Test
    void processesThatAreGoneDoNotWait() {
        assertThat(AcceptWaiters.check(List.of(0x3fff_ffff), Set.of(1L))).isEqualTo(WaitState.NONE);
    }
}
