package dev.berth.supervise.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Clock;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.sys.Errno;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalLong;

/// What is decided about the calls of a worker, which is this process. Nothing is bound.
@ExtendWith(LeakCheck.class)
final class BindDeciderTest {
    private static final WorkerId ID = new WorkerId(0, 2);
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final long INODE = 4_711;

    private static final EventSink NOBODY =
            new EventSink() {
                @Override
                public void onEvent(String text) {}

                @Override
                public void onOutput(WorkerId worker, boolean error, String line) {}
            };

    private final Callbacks callbacks = new Callbacks();
    private final int port = FreePort.tcp();
    private OutputPump pump;
    private OutputPump.Pipes pipes;
    private ListenerRegistry registry;
    private WorkerProcess worker;
    private Fd socket;
    private ChildSocket child;

    private final class Callbacks implements BindInterceptor.Callbacks {
        private boolean ready;
        private int others;
        private Optional<String> rejection = Optional.empty();

        @Override
        public Collection<WorkerProcess> live() {
            return Collections.nCopies(1 + others, worker);
        }

        @Override
        public boolean ready(WorkerProcess any) {
            return ready;
        }

        @Override
        public void listenerStarted(WorkerProcess any) {
            throw new AssertionError("nothing listens");
        }

        @Override
        public Optional<String> rejection(WorkerProcess any, GroupKey key) {
            return rejection;
        }
    }

    @BeforeEach
    void open() throws Exception {
        pump = new OutputPump(NOBODY, Clock.SYSTEM);
        pipes = pump.open(ID, Optional.empty());
        registry =
                new ListenerRegistry(
                        SteeringSupport.find(SteeringBackend.NONE),
                        new Policy.Hash(),
                        CpuPinning.here());
        worker =
                new WorkerProcess(
                        ID,
                        new WorkerProcess.FirstProcess(
                                SELF, 1, Fd.of("pidfd_open", SELF, Pidfds.pidfdOpen(SELF, 0))),
                        Optional.empty(),
                        Optional.empty(),
                        pipes.output());
        socket = plainSocket();
        child = ChildSocket.of(new ChildDescriptor(SELF, socket.number()), 0).orElseThrow();
    }

    private static Fd plainSocket() throws Exception {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        return Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0));
    }

    @AfterEach
    void close() {
        child.close();
        socket.close();
        worker.close();
        registry.close();
        pipes.close();
        pump.close();
    }

    private SockAddr.Inet address(int number) {
        return ListenAddress.parse("tcp://127.0.0.1:" + number).address();
    }

    private GroupKey key() {
        return new GroupKey(Protocol.TCP, address(port), false, 0, false);
    }

    private BindDecider decider(ServiceSpec spec) {
        return new BindDecider(spec, registry, new ConflictCheck(spec, registry), callbacks);
    }

    private BindDecision bind(ServiceSpec spec, SockAddr to) {
        return decider(spec)
                .bind(
                        worker,
                        new BindArguments(to, Optional.of(child), OptionalLong.of(INODE), false));
    }

    private BindDecision bind() {
        return bind(BindPolicyTest.ports(port), address(port));
    }

    private BindDecision listen() throws Exception {
        return decider(BindPolicyTest.ports(port)).listen(worker, OptionalLong.of(INODE));
    }

    /// A socket that the supervisor already holds.
    private HeldSocket hold(WorkerId owner) throws Exception {
        HeldSocket held = new HeldSocket(plainSocket(), INODE, key(), owner);
        registry.add(held);
        return held;
    }

    @Test
    void aFreeAddressIsBoundByTheSupervisor() {
        assertThat(bind()).isEqualTo(new BindDecision.Create(child, key()));
    }

    @Test
    void aCallThatIsNotAboutAnInternetSocketPasses() {
        BindArguments other =
                new BindArguments(address(port), Optional.empty(), OptionalLong.empty(), false);
        assertThat(decider(BindPolicyTest.ports(port)).bind(worker, other))
                .isEqualTo(new BindDecision.Pass());
    }

    @Test
    void anAddressThatIsNotNamedIsLeftToTheKernelAndWatchedIfItMayBeInUse() {
        ListenAddress wanted = new ListenAddress(Protocol.TCP, address(port + 1));
        assertThat(bind(BindPolicyTest.ports(port), address(port + 1)))
                .isEqualTo(new BindDecision.Leave(wanted, false, OptionalLong.empty()));
        callbacks.others = 1;
        assertThat(bind(BindPolicyTest.ports(port), address(port + 1)))
                .isEqualTo(new BindDecision.Leave(wanted, false, OptionalLong.of(INODE)));
    }

    @Test
    void theSameBindAgainSucceedsAndAnotherFails() throws Exception {
        hold(ID);
        assertThat(bind()).isEqualTo(new BindDecision.Repeat());
        assertThat(bind(BindPolicyTest.ports(port, port + 1), address(port + 1)))
                .isEqualTo(new BindDecision.Fail(Errno.EINVAL));
    }

    @Test
    void anAddressThatTheWorkerHasHadIsSweptFirst() {
        worker.sharedAddresses().add(key().listen());
        assertThat(bind()).isEqualTo(new BindDecision.Sweep(child, key()));
        assertThat(decider(BindPolicyTest.ports(port)).fresh(worker, child, key()))
                .isEqualTo(new BindDecision.Create(child, key()));
    }

    @Test
    void anAddressOnWhichThisUserListensIsTaken() throws Exception {
        try (ServerSocket foreign = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(foreign.isBound()).isTrue();
            assertThat(bind()).isInstanceOf(BindDecision.RefuseTaken.class);
            hold(ID);
            assertThat(listen()).isInstanceOf(BindDecision.RefuseTaken.class);
        }
    }

    @Test
    void aSocketThatIsNotHeldListensWithoutBerth() throws Exception {
        assertThat(listen()).isEqualTo(new BindDecision.Pass());
    }

    @Test
    void aHeldSocketListensUnlessItsAddressDoesNotFit() throws Exception {
        HeldSocket held = hold(ID);
        assertThat(listen()).isEqualTo(new BindDecision.Listen(held));
        callbacks.rejection = Optional.of("it is narrower");
        assertThat(listen()).isEqualTo(new BindDecision.Refuse(Errno.EADDRINUSE, "it is narrower"));
    }

    @Test
    void whatIsKeptForLaterOwnsTheDescriptor() {
        BindDecision.Create create = new BindDecision.Create(child, key());
        try (BindDecision.Join kept = create.kept()) {
            assertThat(kept).isNotEqualTo(create);
            assertThat(kept.key()).isEqualTo(key());
        }
    }
}
