package dev.berth.sys;

/// A capability, in the order of the kernel's numbers.
///
/// **Source:** capabilities(7), `linux/capability.h`.
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    /// **Since:** Linux 5.8.
    PERFMON,
    /// **Since:** Linux 5.8.
    BPF,
    /// **Since:** Linux 5.9.
    CHECKPOINT_RESTORE;

    /// The number of the capability's bit.
    @SuppressWarnings("EnumOrdinal") // the order is the kernel's
    public int number() {
        return ordinal();
    }

    @Override
    public String toString() {
        return "CAP_" + name();
    }
}
