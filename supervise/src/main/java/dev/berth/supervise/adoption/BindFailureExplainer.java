package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.WorkerProcess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// Reports why binds of workers failed: the failure at once, and who holds the address as soon as
/// another thread has found that out. Owner thread only.
///
/// Everything is bounded: see [dev.berth.supervise.process.SocketErrors] for what is kept and
/// reported about one worker. Who holds an address is looked up for all workers together, at most
/// once a second.
final class BindFailureExplainer {
    /// Most programs exit after a failed bind; the failure is then reported together with their
    /// end.
    private static final long MOST_LAST_WORDS_MILLIS = 1000;

    private static final long FRESH_MILLIS = 1000;
    private static final int MOST_KEPT = 64;

    /// The most checks of binds that were left to the kernel, for all workers.
    private static final int MOST_SCANS = 16;

    private final EventSink sink;
    private final EventLoop loop;
    private final BackgroundExecutor scanExecutor;
    private final Map<String, List<WorkerProcess>> waiting = new HashMap<>();
    private final Map<String, KnownReason> known = new LinkedHashMap<>();
    private int looking;

    private record KnownReason(String text, long since) {}

    BindFailureExplainer(EventSink sink, EventLoop loop, BackgroundExecutor scanExecutor) {
        this.sink = sink;
        this.loop = loop;
        this.scanExecutor = scanExecutor;
    }

    /// Records that a call of `worker` was refused; it is reported unless the worker ends because
    /// of it.
    void refused(WorkerProcess worker, String kind, String why) {
        if (worker.socketErrors().add(kind, why, loop.now())) {
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, kind));
        } else {
            again(worker, kind);
        }
    }

    /// The same, and looks up who holds the address.
    ///
    /// @param look run by another thread
    void refused(WorkerProcess worker, String kind, String why, Callable<String> look) {
        boolean first = worker.socketErrors().why(kind).isEmpty();
        refused(worker, kind, why);
        if (!first) {
            return;
        }
        KnownReason before = known.get(kind);
        if (before != null && loop.now() - before.since() < FRESH_MILLIS) {
            worker.socketErrors().explain(kind, before.text());
            return;
        }
        worker.socketErrors().expectExplanation(kind);
        List<WorkerProcess> others = waiting.get(kind);
        if (others != null) {
            others.add(worker);
            return;
        }
        waiting.put(kind, new ArrayList<>(List.of(worker)));
        scanExecutor.submit(look, answer -> explained(kind, why, answer));
    }

    private void explained(String kind, String why, BackgroundExecutor.TaskResult<String> answer) {
        String text =
                switch (answer) {
                    case BackgroundExecutor.Done<String>(String found) -> found;
                    case BackgroundExecutor.Failed<String>(Exception failed) ->
                            why + "; the owner could not be found: " + failed.getMessage();
                    case BackgroundExecutor.TimedOut<String> _ ->
                            why + "; the owner could not be found in time";
                };
        known.put(kind, new KnownReason(text, loop.now()));
        if (known.size() > MOST_KEPT) {
            known.remove(known.keySet().iterator().next());
        }
        List<WorkerProcess> workers = waiting.remove(kind);
        for (WorkerProcess worker : workers == null ? List.<WorkerProcess>of() : workers) {
            worker.socketErrors().explain(kind, text);
        }
    }

    /// Handles a bind that was left to the kernel and may have failed. If another socket is in its
    /// way, that is reported with the worker's end, or while it lives.
    void passedToKernel(WorkerProcess worker, ListenAddress wanted, long inode, PortOwners owners) {
        if (looking >= MOST_SCANS) {
            return;
        }
        looking++;
        worker.socketErrors().setInvestigating(true);
        scanExecutor.attempt(
                () -> owners.conflict(wanted, inode),
                answer -> {
                    looking--;
                    worker.socketErrors().setInvestigating(false);
                    answer.flatMap(found -> found)
                            .ifPresent(why -> refused(worker, wanted.toString(), why));
                });
    }

    private void sayWhileItLives(WorkerProcess worker, String kind) {
        if (worker.ended()) {
            return;
        }
        if (waiting.containsKey(kind)) {
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, kind));
            return;
        }
        worker.socketErrors().why(kind).ifPresent(why -> say(worker, why));
    }

    /// Reports a call that could not be examined and was left to the kernel.
    void unclear(WorkerProcess worker, IOException failed, String kind) {
        once(worker, kind, failed.getMessage() + "; left to the kernel");
    }

    /// Reports `why` at once, and again only after a while.
    void once(WorkerProcess worker, String kind, String why) {
        if (worker.socketErrors().add(kind, why, loop.now())) {
            say(worker, why);
        } else {
            again(worker, kind);
        }
    }

    private void again(WorkerProcess worker, String kind) {
        worker.socketErrors().repeated(kind, loop.now()).ifPresent(text -> say(worker, text));
    }

    private void say(WorkerProcess worker, String text) {
        sink.onEvent("slot " + worker.id() + ": " + text);
    }
}
