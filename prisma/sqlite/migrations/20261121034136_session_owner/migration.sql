-- AlterTable
ALTER TABLE "LabSession" ADD COLUMN "owner" TEXT;
