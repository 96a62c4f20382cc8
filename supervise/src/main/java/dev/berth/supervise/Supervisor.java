package dev.berth.supervise;

import dev.berth.dispatch.Dispatcher;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Operation;
import dev.berth.supervise.lifecycle.StateMachine;
import dev.berth.supervise.process.Cgroup;
import dev.berth.supervise.process.CrashGuard;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.supervise.steering.FeasibilityCheck;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.supervise.watch.ForeignSockets;
import dev.berth.supervise.watch.LoadMonitor;
import dev.berth.supervise.watch.StatusReader;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Runs workers: passes events to the [StateMachine], and has [ActionExecutor] carry out what it
/// decides.
///
/// One thread, the one in [#run], owns everything: it polls processes, seccomp listeners and notify
/// sockets, and never blocks. [#ask] and [#status] may be called from any thread.
public final class Supervisor implements AutoCloseable {
    private final SupervisorContext context;
    private final StateMachine machine;
    private final FeasibilityCheck feasibility;
    private final PendingReplies replies = new PendingReplies();
    private final LoadMonitor loadMonitor;
    private final WorkerReaper reaper;
    private final ActionExecutor executor;
    private final PeriodicChecks periodicChecks;
    private final StatusReader reader;
    private boolean closed;

    private Supervisor(SupervisorContext context) throws IOException {
        this.context = context;
        machine = context.machine();
        feasibility = new FeasibilityCheck(context.support(), context.spec());
        loadMonitor =
                new LoadMonitor(
                        context.registry(),
                        context.resources(),
                        context.live(),
                        context.sink(),
                        context.spec().steering().maxConnections());
        reaper = new WorkerReaper(context);
        executor = new ActionExecutor(context, loadMonitor, reaper, replies);
        ForeignSockets foreignSockets = new ForeignSockets(context.registry(), Processes.geteuid());
        periodicChecks = new PeriodicChecks(context, reaper, foreignSockets);
        reader =
                new StatusReader(
                        context.spec(),
                        context.support(),
                        context.source(),
                        foreignSockets,
                        context.resources().trees(),
                        context.live());
    }

    /// Prepares everything, under a name that was taken, with the guard that came with it; starts
    /// no worker yet.
    ///
    /// @param spec its directory is used by this supervisor alone
    /// @param registration stays the caller's, and is closed after this supervisor
    /// @throws IOException the steering that the plan insists on is not available, or the system
    ///   refuses something that every supervisor needs
    public static Supervisor create(ServiceSpec spec, EventSink sink, Registration registration)
            throws IOException {
        return create(
                spec, sink, Env.system(), Optional.empty(), Optional.of(registration.guard()));
    }

    /// Prepares everything for workers that get their connections from a dispatcher; starts none
    /// yet.
    ///
    /// @param spec its sockets are `SocketSource.Dispatch`
    /// @param dispatcher stays the caller's, and is closed after this supervisor
    /// @param service the dispatcher's service that the workers make up
    /// @param registration stays the caller's, and is closed after this supervisor
    public static Supervisor create(
            ServiceSpec spec,
            EventSink sink,
            Dispatcher dispatcher,
            String service,
            Registration registration)
            throws IOException {
        return create(
                spec,
                sink,
                Env.system(),
                Optional.of(new DispatcherTarget(dispatcher, service)),
                Optional.of(registration.guard()));
    }

    /// The same on a given machine.
    ///
    /// @param guard empty: the supervisor starts its own
    static Supervisor create(
            ServiceSpec spec,
            EventSink sink,
            Env env,
            Optional<DispatcherTarget> dispatcherTarget,
            Optional<CrashGuard> guard)
            throws IOException {
        SteeringSupport support = support(spec, dispatcherTarget.isPresent());
        Optional<String> refused = new FeasibilityCheck(support, spec).specRefusal();
        if (refused.isPresent()) {
            throw new IOException(refused.get());
        }
        EventSink careful = new SafeEventSink(sink);
        SupervisorContext context =
                SupervisorContext.open(spec, careful, support, env, dispatcherTarget, guard);
        try {
            return new Supervisor(context);
        } catch (IOException | RuntimeException | Error failed) {
            context.close();
            throw failed;
        }
    }

    private static SteeringSupport support(ServiceSpec spec, boolean dispatched)
            throws IOException {
        if (dispatched != spec.group().isEmpty()) {
            throw new IllegalArgumentException(
                    "adopt " + spec.sockets().word() + ", with a dispatcher: " + dispatched);
        }
        if (dispatched) {
            return SteeringSupport.dispatcher();
        }
        return spec.join()
                ? SteeringSupport.shared()
                : SteeringSupport.find(spec.steering().backend());
    }

    /// The policies that are not available to this user here, by their first word.
    public static List<String> refusedPolicies() throws IOException {
        SteeringSupport support = SteeringSupport.find(SteeringBackend.AUTO);
        return Policy.examples().stream()
                .filter(policy -> support.refusal(policy).isPresent())
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
        machine.post(new Event.Begin());
        periodicChecks.begin();
        loadMonitor.begin();
        EventLoop loop = context.loop();
        loop.guarded(this::decide);
        while (executor.exitCode().isEmpty()) {
            loop.guarded(loadMonitor::follow);
            loop.turn(machine.state().nextDeadline());
            loop.guarded(this::decide);
        }
        return executor.exitCode().getAsInt();
    }

    /// Asks for a change. The future never fails; it completes when the change is done or refused.
    public CompletableFuture<RequestResult> ask(Request request) {
        CompletableFuture<RequestResult> answer = new CompletableFuture<>();
        Optional<String> refused = feasibility.refusal(request);
        if (refused.isPresent()) {
            answer.complete(new RequestResult.Impossible(refused.get()));
            return answer;
        }
        long ticket = replies.next();
        boolean posted =
                post(
                        () -> {
                            replies.await(ticket, answer);
                            machine.post(new Event.Requested(ticket, request));
                        });
        if (!posted) {
            answer.complete(new RequestResult.Stopping(context.spec().name()));
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
        return context.loop().post(work);
    }

    private void read(CompletableFuture<Status> answer) {
        if (closed) {
            answer.completeExceptionally(new IOException(ending()));
        } else {
            reader.read(
                    machine::state,
                    context.resources(),
                    answer::complete,
                    () -> answer.completeExceptionally(new IOException(ending())));
        }
    }

    private String ending() {
        return context.spec().name() + " is stopping";
    }

    private void decide() {
        if (machine.state().nextDeadline() <= context.loop().now()) {
            machine.post(new Event.Tick());
        }
        try {
            while (executor.exitCode().isEmpty() && machine.pending()) {
                machine.decide(context.loop().now()).forEach(executor::execute);
            }
        } finally {
            executor.allExecuted();
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
        executor.close();
        reaper.endAll();
        loadMonitor.close();
        context.close();
        replies.replyAll(new RequestResult.Stopping(context.spec().name()));
    }

    /// The initial policy and the mechanism that was found, as text for users.
    public String steering() {
        return context.support().text(context.spec().policy());
    }
}
