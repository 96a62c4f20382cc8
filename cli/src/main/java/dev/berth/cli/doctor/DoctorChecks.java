package dev.berth.cli.doctor;

import static dev.berth.cli.doctor.DoctorCheck.required;
import static dev.berth.cli.doctor.DoctorCheck.useful;

import java.util.List;

/// All checks of the doctor, required features first.
final class DoctorChecks {
    private static final String NEWER_KERNEL = "a newer kernel";

    private DoctorChecks() {}

    static List<DoctorCheck> all() {
        return List.of(
                required(
                        "so-reuseport",
                        "Linux 3.9",
                        "several sockets share one port",
                        "needs a real Linux kernel; gVisor and some sandboxes lack it",
                        SocketProbes::reuseport),
                required(
                        "seccomp-notify",
                        "Linux 5.0",
                        "unmodified programs share a port",
                        "allow seccomp(2) in the container's profile; without it: --adopt"
                                + " listen-fds",
                        SeccompProbes::listener),
                required(
                        "pidfd",
                        "Linux 5.3",
                        "the end of a worker is noticed, and never confused with another process's",
                        NEWER_KERNEL + ", or allow pidfd_open(2) in the container's profile",
                        ProcessProbes::pidfd),
                required(
                        "runtime-directory",
                        "",
                        "control sockets for status, roll and the other commands",
                        "set XDG_RUNTIME_DIR to a directory of your own",
                        SystemProbes::runtimeDirectory),
                useful(
                        "pidfd-getfd",
                        "Linux 5.6",
                        "a worker's socket stays open when the worker dies; ports need not be"
                                + " named",
                        "Docker: --cap-add SYS_PTRACE; or name the addresses: -l"
                                + " tcp://0.0.0.0:8080",
                        ProcessProbes::getfd),
                useful(
                        "seccomp-wait-killable",
                        "Linux 5.19",
                        "signals do not interrupt a bind that is being answered",
                        NEWER_KERNEL + "; without it a repeated bind counts as success",
                        SeccompProbes::waitKillable),
                useful(
                        "pidfd-thread",
                        "Linux 6.9",
                        "a bind by a thread other than the leader is found faster",
                        NEWER_KERNEL + "; without it the leader is used",
                        ProcessProbes::threadPidfd),
                useful(
                        "reuseport-cbpf",
                        "Linux 4.5",
                        "rolls without a lost connection, for unprivileged users",
                        "without this and eBPF, a roll passes on the same socket",
                        SocketProbes::classicProgram),
                useful(
                        "reuseport-ebpf",
                        "Linux 5.8 and CAP_BPF",
                        "one map update changes which workers serve; counters for each worker",
                        "run as root or with CAP_BPF; without it classic BPF is used instead",
                        SocketProbes::extendedProgram),
                useful(
                        "steer-policies",
                        "Linux 5.12 and CAP_BPF",
                        "every policy of run --steer and steer",
                        "run as root or with CAP_BPF",
                        SocketProbes::policies),
                useful(
                        "reuseport-migrate",
                        "Linux 5.14 and CAP_BPF",
                        "the queue of a dead worker moves to the other workers at once",
                        "without it the queue waits for the worker's successor",
                        SocketProbes::migration),
                useful(
                        "tcp-migrate-req",
                        "Linux 5.14",
                        "the same for --adopt bind, done by the kernel itself",
                        "sysctl -w net.ipv4.tcp_migrate_req=1 (only --adopt bind benefits)",
                        SocketProbes::migrateRequests),
                useful(
                        "socket-owner",
                        "Linux 4.10",
                        "sockets of another user's workers join the group",
                        "run as root, or with CAP_CHOWN",
                        SocketProbes::owner),
                useful(
                        "change-user",
                        "CAP_SETUID and CAP_SETGID",
                        "run --user",
                        "run as root",
                        SystemProbes::changeUser),
                useful(
                        "low-ports",
                        "CAP_NET_BIND_SERVICE",
                        "ports below 1024",
                        "run as root, or sysctl -w net.ipv4.ip_unprivileged_port_start=80",
                        SystemProbes::lowPorts),
                useful(
                        "cgroup-kill",
                        "Linux 5.14",
                        "no process of a worker survives a dead supervisor; all are killed in one"
                                + " step",
                        "systemd: Delegate=yes; without it processes are found one by one",
                        SystemProbes::cgroupKill),
                useful(
                        "privileges-kept",
                        "CAP_SYS_ADMIN",
                        "workers run without no_new_privs, so sudo and file capabilities work",
                        "without it workers cannot gain privileges: grant them at the start, or use"
                                + " --adopt listen-fds",
                        SystemProbes::privilegesKept),
                useful(
                        "network-namespaces",
                        "CAP_SYS_ADMIN",
                        "scenarios and tests in a separate network",
                        "run as root, or in: unshare --user --map-root-user --net",
                        SystemProbes::networkNamespace),
                useful(
                        "user-namespaces",
                        "Linux 3.8",
                        "the same without being root",
                        "sysctl -w user.max_user_namespaces=10000 (Debian:"
                                + " kernel.unprivileged_userns_clone=1)",
                        SystemProbes::userNamespace));
    }
}
