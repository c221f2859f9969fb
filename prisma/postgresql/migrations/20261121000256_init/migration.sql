-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Learner" (
    "id" TEXT NOT NULL,
    "name" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Learner_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LearnerCookie" (
    "hash" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LearnerCookie_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "LessonRead" (
    "learnerId" TEXT NOT NULL,
    "lesson" TEXT NOT NULL,
    "position" DOUBLE PRECISION NOT NULL,
    "completed" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "LessonRead_pkey" PRIMARY KEY ("learnerId","lesson")
);

-- CreateTable
CREATE TABLE "LabSession" (
    "id" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "lab" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "seed" TEXT NOT NULL,
    "hints" JSONB NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),
    "endReason" TEXT,

    CONSTRAINT "LabSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Attempt" (
    "id" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "lab" TEXT NOT NULL,
    "earned" DOUBLE PRECISION NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "passedAt" TIMESTAMP(3),

    CONSTRAINT "Attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Grade" (
    "id" TEXT NOT NULL,
    "attemptId" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "trigger" TEXT NOT NULL,
    "earned" DOUBLE PRECISION NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "passed" BOOLEAN NOT NULL,
    "tookMs" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "Grade_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckRecord" (
    "gradeId" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "check" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "message" TEXT,
    "points" DOUBLE PRECISION NOT NULL,
    "observed" JSONB NOT NULL,

    CONSTRAINT "CheckRecord_pkey" PRIMARY KEY ("gradeId","task","check")
);

-- CreateTable
CREATE TABLE "CourseCompletion" (
    "learnerId" TEXT NOT NULL,
    "course" TEXT NOT NULL,
    "completedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CourseCompletion_pkey" PRIMARY KEY ("learnerId","course")
);

-- CreateIndex
CREATE INDEX "LearnerCookie_learnerId_idx" ON "LearnerCookie"("learnerId");

-- CreateIndex
CREATE INDEX "LabSession_learnerId_lab_idx" ON "LabSession"("learnerId", "lab");

-- CreateIndex
CREATE INDEX "LabSession_endedAt_idx" ON "LabSession"("endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Attempt_sessionId_key" ON "Attempt"("sessionId");

-- CreateIndex
CREATE INDEX "Attempt_learnerId_lab_idx" ON "Attempt"("learnerId", "lab");

-- CreateIndex
CREATE INDEX "Grade_attemptId_at_idx" ON "Grade"("attemptId", "at");

-- CreateIndex
CREATE INDEX "CheckRecord_check_verdict_idx" ON "CheckRecord"("check", "verdict");

-- AddForeignKey
ALTER TABLE "LearnerCookie" ADD CONSTRAINT "LearnerCookie_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LessonRead" ADD CONSTRAINT "LessonRead_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabSession" ADD CONSTRAINT "LabSession_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "LabSession"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Grade" ADD CONSTRAINT "Grade_attemptId_fkey" FOREIGN KEY ("attemptId") REFERENCES "Attempt"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckRecord" ADD CONSTRAINT "CheckRecord_gradeId_fkey" FOREIGN KEY ("gradeId") REFERENCES "Grade"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CourseCompletion" ADD CONSTRAINT "CourseCompletion_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner"("id") ON DELETE CASCADE ON UPDATE CASCADE;
