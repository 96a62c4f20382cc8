package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

@ExtendWith(NoLeaks.class)
class FileStatusTest {
    @TempDir Path directory;

    private Fd open(Path path, int flags) throws ErrnoException {
        return Fd.of("open", path, Descriptors.open(path.toString(), flags, 0600));
    }

    private static FileStatus at(Path path) throws ErrnoException {
        return FileStatus.at(Descriptors.AT_FDCWD, path.toString());
    }

    @Test
    void statusAgreesWithWhatJavaReports() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Files.createLink(directory.resolve("second"), file);
        FileStatus status = at(file);
        assertThat(status.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        assertThat(status.mode()).isEqualTo(Files.getAttribute(file, "unix:mode"));
        assertThat(status.links()).isEqualTo(2);
        assertThat(status.uid()).isEqualTo(Processes.geteuid());
        assertThat(status.isRegularFile()).isTrue();
        assertThat(status.isDirectory()).isFalse();
        assertThat(status.isWritableByOthers()).isFalse();
        assertThat(at(directory).isDirectory()).isTrue();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThat(at(file).isWritableByOthers()).isTrue();
    }

    @Test
    void aLinkIsNotFollowedAndNoFollowRefusesIt() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        assertThat(at(link).isRegularFile()).isFalse();
        assertThat(at(link).isSameFile(at(file))).isFalse();
        try (Fd followed = open(link, Descriptors.O_RDONLY)) {
            assertThat(FileStatus.of(followed.number()).isSameFile(at(file))).isTrue();
        }
        int flags = Descriptors.O_RDONLY | Descriptors.noFollow();
        assertThat(Errno.ELOOP.is(Descriptors.open(link.toString(), flags, 0))).isTrue();
    }

    @Test
    void aFileIsOpenedRelativeToAnOpenDirectory() throws IOException {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        Files.writeString(inner.resolve("file"), "");
        try (Fd folder = open(inner, Descriptors.O_RDONLY | Descriptors.directoryOnly())) {
            Files.move(inner, directory.resolve("renamed"));
            int flags = Descriptors.O_RDONLY;
            int opened = Descriptors.openat(folder.number(), "file", flags, 0);
            try (Fd file = Fd.of("openat", "file", opened)) {
                assertThat(FileStatus.of(file.number()))
                        .isEqualTo(FileStatus.at(folder.number(), "file"));
            }
        }
    }

    @Test
    void aNamelessFileIsGivenAName() throws IOException {
        Path name = directory.resolve("name");
        try (Fd file = open(directory, Descriptors.O_RDWR | Descriptors.nameless())) {
            assertThat(FileStatus.of(file.number()).links()).isZero();
            assertThat(directory).isEmptyDirectory();
            assertThat(Descriptors.link(file.number(), name.toString())).isZero();
            assertThat(FileStatus.of(file.number()).isSameFile(at(name))).isTrue();
            int again = Descriptors.link(file.number(), name.toString());
            assertThat(Errno.EEXIST.is(again)).isTrue();
        }
    }

    @Test
    void aMissingFileIsAnError() {
        assertThatThrownBy(() -> at(directory.resolve("none")))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("ENOENT");
    }
}
