package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.process.Env;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Reading all of /proc, or all connections, takes long on a large machine. While that goes on, the
/// supervisor answers the binds of its workers.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram("python3")
class SlowLookupsTest {
    /// Binds another socket before each answer.
    private static final String BINDER =
            """
            s = listen(('0.0.0.0', 8080))
            while True:
                c, _ = s.accept()
                with tcp() as extra:
                    extra.bind(('127.0.0.1', 20000 + os.getpid() % 20000))
                    answer(c)
            """;

    /// Binds again and again, and says so.
    private static final String REPEATER =
            """
            def binds():
                while True:
                    with tcp() as extra:
                        extra.bind(('127.0.0.1', 0))
                    print('bound')
                    time.sleep(0.1)
            threading.Thread(target=binds, daemon=True).start()
            serve(listen(('0.0.0.0', 8080)))
            """;

    @TempDir Path directory;

    private final GatedTables tables = new GatedTables();

    private interface Play {
        void play(NamespacedSupervisor supervisor) throws Exception;
    }

    private void with(int workers, Play play) throws Exception {
        with(workers, BINDER, play);
    }

    private void with(int workers, String script, Play play) throws Exception {
        try (NamespacedSupervisor supervisor =
                NamespacedSupervisor.open(directory)
                        .workers(workers)
                        .env(Env.system().withTables(tables))
                        .start(PythonServers.python(directory, script))) {
            try {
                play.play(supervisor);
            } finally {
                tables.open();
            }
        }
    }

    private void bindsWhileLookupsWait(NamespacedSupervisor supervisor) throws Exception {
        supervisor.await("a look-up", tables::waited);
        for (int i = 0; i < 5; i++) {
            assertThat(supervisor.ask("127.0.0.1", NamespacedSupervisor.PORT)).isNotEmpty();
        }
        assertThat(tables.waited()).isTrue();
    }

    @Test
    void aStatusDelaysNoBind() throws Exception {
        with(
                1,
                supervisor -> {
                    tables.shut();
                    CompletableFuture<?> status = supervisor.beginStatus();
                    bindsWhileLookupsWait(supervisor);
                    tables.open();
                    supervisor.await("the status", status::isDone);
                });
    }

    @Test
    void aDrainDelaysNoBind() throws Exception {
        with(
                2,
                supervisor -> {
                    tables.shut();
                    CompletableFuture<RequestResult> drain = supervisor.begin(new Request.Drain(0));
                    bindsWhileLookupsWait(supervisor);
                    tables.open();
                    supervisor.await("the drain", drain::isDone);
                    assertThat(drain.get().done()).isTrue();
                });
    }

    @Test
    void aRollDelaysNoBind() throws Exception {
        with(
                1,
                supervisor -> {
                    tables.shut();
                    CompletableFuture<RequestResult> roll =
                            supervisor.begin(new Request.Roll(Optional.empty()));
                    bindsWhileLookupsWait(supervisor);
                    tables.open();
                    supervisor.await("the roll", roll::isDone);
                    assertThat(roll.get().done()).as(supervisor.said()).isTrue();
                });
    }

    @Test
    void aStatusDelaysNoDrain() throws Exception {
        with(
                2,
                supervisor -> {
                    tables.shutForProcesses();
                    CompletableFuture<?> status = supervisor.beginStatus();
                    supervisor.await("a look-up", tables::waited);
                    assertThat(supervisor.ask(new Request.Drain(0)).done()).isTrue();
                    assertThat(tables.waited()).isTrue();
                    tables.open();
                    supervisor.await("the status", status::isDone);
                });
    }

    /// Until the end has been dealt with, some connections still go to the worker's queue: so the
    /// other worker binds without any.
    @Test
    void theEndOfAWorkerDelaysNoBind() throws Exception {
        with(
                2,
                REPEATER,
                supervisor -> {
                    int ended = supervisor.pid(0);
                    tables.shut();
                    Processes.kill(ended, Signal.KILL.number());
                    supervisor.await("a look-up", tables::waited);
                    long before = bindsOfSlotOne(supervisor);
                    supervisor.await("binds", () -> bindsOfSlotOne(supervisor) > before + 5);
                    assertThat(tables.waited()).isTrue();
                    tables.open();
                    supervisor.await(
                            "its successor",
                            () ->
                                    supervisor.slot(0).state().equals("ready")
                                            && supervisor.pid(0) != ended);
                });
    }

    private static long bindsOfSlotOne(NamespacedSupervisor supervisor) {
        return supervisor.printed().stream().filter(line -> line.startsWith("1.")).count();
    }
}
