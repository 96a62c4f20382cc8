package dev.berth.supervise;

import dev.berth.dispatch.Dispatcher;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Steer;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Machine;
import dev.berth.supervise.lifecycle.Operation;
import dev.berth.supervise.process.Cgroup;
import dev.berth.supervise.process.Guard;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.Mechanism;
import dev.berth.supervise.steering.Refusals;
import dev.berth.supervise.watch.LoadWatch;
import dev.berth.supervise.watch.StatusReader;
import dev.berth.supervise.watch.Strangers;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Runs workers: passes events to the [Machine], and has [Orders] carry out what it decides.
///
/// One thread, the one in [#run], owns everything: it polls processes, seccomp listeners and notify
/// sockets, and never blocks. [#ask] and [#status] may be called from any thread.
public final class Supervisor implements AutoCloseable {
    private final Holdings holdings;
    private final Machine machine;
    private final Refusals refusals;
    private final Tickets tickets = new Tickets();
    private final LoadWatch load;
    private final Endings endings;
    private final Orders orders;
    private final Rounds rounds;
    private final StatusReader reader;
    private boolean closed;

    private Supervisor(Holdings holdings) throws IOException {
        this.holdings = holdings;
        machine = holdings.machine();
        refusals = new Refusals(holdings.mechanism(), holdings.plan());
        load =
                new LoadWatch(
                        holdings.registry(),
                        holdings.equipment(),
                        holdings.live(),
                        holdings.observer(),
                        holdings.plan().maxConnections());
        endings = new Endings(holdings);
        orders = new Orders(holdings, load, endings, tickets);
        Strangers strangers = new Strangers(holdings.registry(), Processes.geteuid());
        rounds = new Rounds(holdings, endings, strangers);
        reader =
                new StatusReader(
                        holdings.plan(),
                        holdings.mechanism(),
                        holdings.registry(),
                        holdings.dispatched(),
                        strangers,
                        holdings.equipment().trees(),
                        holdings.live());
    }

    /// Prepares everything; starts no worker yet.
    ///
    /// @param plan its directory is used by this supervisor alone
    /// @throws IOException the steering that the plan insists on is not available, or the system
    ///   refuses something that every supervisor needs
    public static Supervisor create(Plan plan, Observer observer) throws IOException {
        return create(plan, observer, true);
    }

    /// The same, under a name that was taken, with the guard that came with it.
    ///
    /// @param registration stays the caller's, and is closed after this supervisor
    public static Supervisor create(Plan plan, Observer observer, Registration registration)
            throws IOException {
        return create(plan, observer, true, Optional.empty(), Optional.of(registration.guard()));
    }

    /// Prepares everything for workers that get their connections from a dispatcher; starts none
    /// yet.
    ///
    /// @param plan its `adopt` and `steer` are `DISPATCH`, and its ready is `TAKING`
    /// @param dispatcher stays the caller's, and is closed after this supervisor
    /// @param service the dispatcher's service that the workers make up
    /// @param registration stays the caller's, and is closed after this supervisor
    public static Supervisor create(
            Plan plan,
            Observer observer,
            Dispatcher dispatcher,
            String service,
            Registration registration)
            throws IOException {
        return create(
                plan,
                observer,
                true,
                Optional.of(new Dispatched(dispatcher, service)),
                Optional.of(registration.guard()));
    }

    /// The same with a guard of its own.
    static Supervisor create(Plan plan, Observer observer, Dispatcher dispatcher, String service)
            throws IOException {
        return create(
                plan,
                observer,
                true,
                Optional.of(new Dispatched(dispatcher, service)),
                Optional.empty());
    }

    /// The same as the first, with or without cgroups.
    ///
    /// @param cgroups whether a cgroup is used where the system allows it
    static Supervisor create(Plan plan, Observer observer, boolean cgroups) throws IOException {
        return create(plan, observer, cgroups, Optional.empty(), Optional.empty());
    }

    private static Supervisor create(
            Plan plan,
            Observer observer,
            boolean cgroups,
            Optional<Dispatched> dispatched,
            Optional<Guard> guard)
            throws IOException {
        Mechanism mechanism = plan.join() ? Mechanism.shared() : Mechanism.find(plan.steer());
        Optional<String> refused = new Refusals(mechanism, plan).toPlan();
        if (refused.isPresent()) {
            throw new IOException(refused.get());
        }
        Observer careful = new CarefulObserver(observer);
        Holdings holdings = Holdings.open(plan, careful, mechanism, cgroups, dispatched, guard);
        try {
            return new Supervisor(holdings);
        } catch (IOException | RuntimeException | Error failed) {
            holdings.close();
            throw failed;
        }
    }

    /// The policies that are not available to this user here, by their first word.
    public static List<String> refusedPolicies() throws IOException {
        Mechanism mechanism = Mechanism.find(Steer.AUTO);
        return Policy.examples().stream()
                .filter(policy -> mechanism.refusal(policy).isPresent())
                .map(policy -> policy.word().replaceAll(":.*", ""))
                .toList();
    }

    /// Whether each worker would get a cgroup of its own here.
    public static boolean grantsCgroups() {
        return Cgroup.available();
    }

    /// Runs the workers until asked to stop, or until the first start has failed.
    ///
    /// @return the exit code: 0 stopped as asked, 1 the first start failed
    public int run() throws IOException {
        machine.tell(new Event.Begin());
        rounds.begin();
        load.begin();
        Loop loop = holdings.loop();
        loop.guarded(this::decide);
        while (orders.exitCode().isEmpty()) {
            loop.guarded(load::follow);
            loop.turn(machine.state().nextDeadline());
            loop.guarded(this::decide);
        }
        return orders.exitCode().getAsInt();
    }

    /// Asks for a change. The future never fails; it completes when the change is done or refused.
    public CompletableFuture<Outcome> ask(Request request) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        Optional<String> refused = refusals.to(request);
        if (refused.isPresent()) {
            answer.complete(Outcome.failed(refused.get()));
            return answer;
        }
        long ticket = tickets.next();
        boolean posted =
                post(
                        () -> {
                            tickets.await(ticket, answer);
                            machine.tell(new Event.Asked(ticket, request));
                        });
        if (!posted) {
            answer.complete(Outcome.failed(ending()));
        }
        return answer;
    }

    /// The current status. Once the supervisor is stopping, the future fails with an IOException
    /// whose message is meant for users.
    public CompletableFuture<Status> status() {
        CompletableFuture<Status> answer = new CompletableFuture<>();
        if (!post(() -> read(answer))) {
            answer.completeExceptionally(new IOException(ending()));
        }
        return answer;
    }

    /// The verb in progress, at little cost. Fails like [#status].
    public CompletableFuture<Optional<String>> operation() {
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        if (!post(() -> answer.complete(machine.state().operation().map(Operation::verb)))) {
            answer.completeExceptionally(new IOException(ending()));
        }
        return answer;
    }

    private boolean post(Runnable work) {
        return holdings.loop().post(work);
    }

    private void read(CompletableFuture<Status> answer) {
        if (closed) {
            answer.completeExceptionally(new IOException(ending()));
        } else {
            reader.read(
                    machine::state,
                    holdings.equipment(),
                    answer::complete,
                    () -> answer.completeExceptionally(new IOException(ending())));
        }
    }

    private String ending() {
        return holdings.plan().name() + " is stopping";
    }

    private void decide() {
        if (machine.state().nextDeadline() <= Loop.now()) {
            machine.tell(new Event.Tick());
        }
        try {
            while (orders.exitCode().isEmpty() && machine.pending()) {
                machine.decide(Loop.now()).forEach(orders::carryOut);
            }
        } finally {
            orders.carriedOut();
        }
    }

    /// Kills whatever still runs, waits for its end, and gives everything back. Call it on the
    /// thread of [#run] after that call, or instead of it. Closing twice is harmless.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        orders.close();
        endings.now();
        load.close();
        holdings.close();
        tickets.replyAll(Outcome.failed(ending()));
    }

    /// The initial policy and the mechanism that was found, as text for users.
    public String steering() {
        return holdings.mechanism().text(holdings.plan().policy());
    }
}
