package dev.berth.supervise.watch;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.RestartHistory;
import dev.berth.supervise.lifecycle.Slot;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.lifecycle.Worker;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ReuseportGroup;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.sys.Processes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a status reports in addition to its figures: anything unusual, and what to do about it.
record StatusNotes(
        ServiceSpec spec,
        SteeringSupport support,
        ConnectionSource source,
        Map<WorkerId, WorkerProcess> live) {
    List<String> read(State state, long now) {
        List<String> notes = new ArrayList<>();
        addService(state, notes);
        addGroups(notes);
        addStopped(state, notes);
        addSockets(notes);
        addUntaken(state, notes);
        addCrashLoops(state, now, notes);
        addMixture(state, notes);
        return notes;
    }

    private void addService(State state, List<String> notes) {
        if (state.refusing() && !state.stopping() && state.wasEverReady()) {
            notes.add("no worker is ready: clients are refused");
        }
        if (!support.reason().isEmpty()) {
            notes.add("no eBPF, so no counters of steered connections: " + support.reason());
        }
        if (state.traffic().shed()) {
            notes.add(
                    "maintenance: new connections are refused; to accept them again: berth undrain "
                            + spec.name()
                            + " --shed");
        }
        if (!source.registry().full().isEmpty()) {
            notes.add(
                    "full, with "
                            + spec.steering().maxConnections().orElse(0)
                            + " connections each: slots "
                            + source.registry().full().stream().sorted().toList());
        }
        if (spec.sockets() instanceof SocketSource.SelfBind) {
            notes.add("adopt bind: when a worker dies, its queued connections can be lost");
        }
    }

    private void addGroups(List<String> notes) {
        for (ReuseportGroup group : source.registry().groups()) {
            long missed = group.fallbacks().orElse(0);
            if (missed > 0) {
                boolean tcp = group.key().protocol() == Protocol.TCP;
                notes.add(
                        missed
                                + (tcp ? " connections to " : " datagrams to ")
                                + group.key()
                                + " were distributed by the kernel's own hash so far: the socket"
                                + " that the table named had left the group");
            }
        }
    }

    private void addStopped(State state, List<String> notes) {
        for (Slot slot : state.slots()) {
            for (Worker worker : slot.workers()) {
                WorkerProcess process = live.get(worker.id());
                if (process != null && !process.ended() && Processes.stopped(process.pid())) {
                    notes.add(
                            ("slot %s: pid %s is stopped by a signal; to resume it:"
                                            + " kill -CONT %s")
                                    .formatted(slot.index(), process.pid(), process.pid()));
                }
            }
        }
    }

    private void addSockets(List<String> notes) {
        for (HeldSocket socket : source.registry().all()) {
            if (socket.stalled()) {
                notes.add(
                        ("slot %s is not accepting the connections that wait on %s; its"
                                        + " worker may be hung")
                                .formatted(socket.owner().slot(), socket.key()));
            }
        }
    }

    private void addUntaken(State state, List<String> notes) {
        for (Slot slot : state.slots()) {
            if (source.dispatcherTarget()
                    .filter(passing -> passing.stalled(slot.index()))
                    .isPresent()) {
                notes.add(
                        "slot "
                                + slot.index()
                                + " is not taking connections; its worker may be hung");
            }
        }
    }

    /// Reports slots that do not run the same command.
    private void addMixture(State state, List<String> notes) {
        Map<Command, List<Integer>> slots = new LinkedHashMap<>();
        for (Slot slot : state.slots()) {
            slots.computeIfAbsent(slot.command(), _ -> new ArrayList<>()).add(slot.index());
        }
        if (state.operation().isEmpty() && slots.size() > 1) {
            List<String> parts = new ArrayList<>();
            slots.forEach((command, indexes) -> parts.add(part(state, command, indexes)));
            notes.add(
                    ("partially rolled: %s; to run one command everywhere: berth roll"
                                    + " %s -- COMMAND")
                            .formatted(String.join(", ", parts), spec.name()));
        } else if (state.operation().isEmpty() && !state.replaced().isEmpty()) {
            notes.add(
                    "partially rolled: a roll replaced the workers in slots "
                            + state.replaced()
                            + " and then failed; to replace all: berth roll "
                            + spec.name());
        }
    }

    /// The variables of a command may be secret, so only the fact that they differ is reported.
    private static String part(State state, Command command, List<Integer> slots) {
        boolean variables =
                !command.equals(state.command()) && command.words().equals(state.command().words());
        return "slots " + slots + " run " + command + (variables ? " with other variables" : "");
    }

    private static void addCrashLoops(State state, long now, List<String> notes) {
        for (Slot slot : state.slots()) {
            RestartHistory history = slot.history();
            if (history.crashLoop() && slot.ready().isEmpty()) {
                String next =
                        history.waiting()
                                ? ", next try in "
                                        + Math.max(0, (history.retryAt() - now + 999) / 1000)
                                        + " s"
                                : "";
                notes.add(
                        "slot %s is in a crash loop: %s failures in a row%s; %s"
                                .formatted(
                                        slot.index(),
                                        history.failures(),
                                        next,
                                        history.lastFailure()));
            }
        }
    }
}
