package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.process.Aside;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// Says why binds of workers failed: at once that they did, and as soon as another thread has found
/// it out, who is in the way. The owner thread's.
///
/// Nothing of it is without a limit: see [dev.berth.supervise.process.Troubles] for what is kept
/// and said of one worker; who is in the way of an address is looked up for all workers at once,
/// and once a second at most.
final class Explanations {
    /// Most programs end by a failed bind, and then it is said with their end.
    private static final long MOST_LAST_WORDS_MILLIS = 1000;

    private static final long FRESH_MILLIS = 1000;
    private static final int MOST_KEPT = 64;

    /// Looks after binds that were left to the kernel, for all workers.
    private static final int MOST_LOOKS = 16;

    private final Observer observer;
    private final Loop loop;
    private final Aside looks;
    private final Map<String, List<LiveWorker>> waiting = new HashMap<>();
    private final Map<String, Known> known = new LinkedHashMap<>();
    private int looking;

    private record Known(String text, long since) {}

    Explanations(Observer observer, Loop loop, Aside looks) {
        this.observer = observer;
        this.loop = loop;
        this.looks = looks;
    }

    /// A call of `worker` was refused; that is said, unless it ends by it.
    void refused(LiveWorker worker, String kind, String why) {
        if (worker.troubles().add(kind, why, Loop.now())) {
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, kind));
        } else {
            again(worker, kind);
        }
    }

    /// The same, with a look at who is in the way.
    ///
    /// @param look done by another thread
    void refused(LiveWorker worker, String kind, String why, Callable<String> look) {
        boolean first = worker.troubles().why(kind).isEmpty();
        refused(worker, kind, why);
        if (!first) {
            return;
        }
        Known before = known.get(kind);
        if (before != null && Loop.now() - before.since() < FRESH_MILLIS) {
            worker.troubles().explain(kind, before.text());
            return;
        }
        worker.troubles().await(kind);
        List<LiveWorker> others = waiting.get(kind);
        if (others != null) {
            others.add(worker);
            return;
        }
        waiting.put(kind, new ArrayList<>(List.of(worker)));
        looks.ask(look, answer -> explained(kind, why, answer));
    }

    private void explained(String kind, String why, Aside.Answer<String> answer) {
        String text =
                switch (answer) {
                    case Aside.Done<String>(String found) -> found;
                    case Aside.Failed<String>(Exception failed) ->
                            why + "; who is in the way cannot be told: " + failed.getMessage();
                    case Aside.Late<String> _ ->
                            why + "; who is in the way could not be found out in time";
                };
        known.put(kind, new Known(text, Loop.now()));
        if (known.size() > MOST_KEPT) {
            known.remove(known.keySet().iterator().next());
        }
        List<LiveWorker> workers = waiting.remove(kind);
        for (LiveWorker worker : workers == null ? List.<LiveWorker>of() : workers) {
            worker.troubles().explain(kind, text);
        }
    }

    /// A bind that was left to the kernel may have failed: where somebody is in its way, that is
    /// said with the worker's end, or while it lives.
    void left(LiveWorker worker, ListenAddress wanted, long inode, Occupants occupants) {
        if (looking >= MOST_LOOKS) {
            return;
        }
        looking++;
        worker.troubles().looking(true);
        looks.ask(
                () -> occupants.conflict(wanted, inode),
                answer -> {
                    looking--;
                    worker.troubles().looking(false);
                    if (answer instanceof Aside.Done<Optional<String>>(Optional<String> found)) {
                        found.ifPresent(why -> refused(worker, wanted.toString(), why));
                    }
                });
    }

    private void sayWhileItLives(LiveWorker worker, String kind) {
        if (worker.ended()) {
            return;
        }
        if (waiting.containsKey(kind)) {
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, kind));
            return;
        }
        worker.troubles().why(kind).ifPresent(why -> say(worker, why));
    }

    /// What could not be looked into is the kernel's.
    void unclear(LiveWorker worker, IOException failed, String kind) {
        once(worker, kind, failed.getMessage() + "; left to itself");
    }

    /// Says `why` at once, and again only after a while.
    void once(LiveWorker worker, String kind, String why) {
        if (worker.troubles().add(kind, why, Loop.now())) {
            say(worker, why);
        } else {
            again(worker, kind);
        }
    }

    private void again(LiveWorker worker, String kind) {
        worker.troubles().again(kind, Loop.now()).ifPresent(text -> say(worker, text));
    }

    private void say(LiveWorker worker, String text) {
        observer.said("slot " + worker.id() + ": " + text);
    }
}
